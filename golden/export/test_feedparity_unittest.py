"""Golden cases as tests of unittest, under Python 2.7 and 3.6 or later.

    python -m unittest test_feedparity_unittest

A case that is open is skipped as long as it fails, until somebody mends what it shows.
"""
import unittest

import feedparity_cases


class GoldenCases(unittest.TestCase):
    longMessage = True


def test_of(case):
    def test(self):
        try:
            feedparity_cases.check(case)
        except feedparity_cases.Differs as exc:
            if case['state'] == 'open' and not feedparity_cases.PY2:
                raise unittest.SkipTest('open, %s: %s' % (case['cause'], exc))
            raise
    return test


for number, each in enumerate(feedparity_cases.load()):
    name = 'test_%03d_%s' % (number + 1, ''.join(c if c.isalnum() else '_' for c in str(each['dir'])))
    setattr(GoldenCases, name, test_of(each))


if __name__ == '__main__':
    unittest.main()
