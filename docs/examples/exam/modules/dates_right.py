"""strptime() of what is known to have a form that both take alike."""
import re
from datetime import datetime

from . import sound


def read(path):
    for sku, updated in sound.column(path, 'updated'):
        if re.match(u'[0-9]{2} [A-Za-z]{3} [0-9]{4}\\Z', updated):
            try:
                yield sku, datetime.strptime(str(updated), '%d %b %Y').date()
            except ValueError:
                yield sku, None
