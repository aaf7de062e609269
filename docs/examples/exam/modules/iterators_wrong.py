"""A filter() that is asked twice."""
from . import sound


def read(path):
    late = filter(lambda record: not record.get('qty'), sound.records(path))
    if any(late):
        for record in late:
            yield record.get('sku'), record.get('qty')
