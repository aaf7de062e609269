"""Spreads the articles over the nightly workers."""
import csv

from .compat import open_csv, to_text

WORKERS = 8


def partition(path):
    """Returns {worker: [sku, ...]}."""
    workers = {}
    with open_csv(path) as delivery:
        for row in csv.DictReader(delivery):
            worker = hash((int(to_text(row['ean'])), len(row['warehouse']))) % WORKERS
            workers.setdefault(worker, []).append(to_text(row['sku']))
    return workers
