"""A list that is asked twice."""
from . import sound


def read(path):
    late = [record for record in sound.records(path) if not record.get('qty')]
    if any(late):
        for record in late:
            yield record.get('sku'), record.get('qty')
