"""What each warehouse gets, for its morning list. Started by cron, which sets
LC_ALL=C."""
import csv
import io


def morning_list(path):
    """Yields (warehouse, lines, cheapest price) per warehouse."""
    warehouses = {}
    with io.open(path) as delivery:
        for row in csv.DictReader(delivery):
            warehouses.setdefault(row['warehouse'], []).append((row['price'], row['qty']))
    for warehouse, lines in warehouses.items():
        cheapest = sorted(lines)[0]
        yield warehouse, len(lines), cheapest[0]
