"""Golden cases as tests of pytest: 4.6 under Python 2.7, any newer one under 3.

    pytest test_feedparity.py

A case that is open is expected to fail until somebody mends what it shows.
"""
import pytest

import feedparity_cases


def marked(case):
    marks = []
    if case['state'] == 'open' and not feedparity_cases.PY2:
        marks.append(pytest.mark.xfail(raises=feedparity_cases.Differs, strict=False, reason='%s: %s' % (case['cause'], case['why'])))
    return pytest.param(case, id=str(case['dir']), marks=marks)


@pytest.mark.parametrize('case', [marked(case) for case in feedparity_cases.load()])
def test_case(case):
    feedparity_cases.check(case)
