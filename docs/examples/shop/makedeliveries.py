# -*- coding: utf-8 -*-
"""Writes deliveries/*.csv: what thirteen suppliers send, a typical fault in each.

    python3 makedeliveries.py

Suppliers, articles and numbers are invented; the EANs are of the range (20...)
that every shop may use for itself. expected.tsv says what comes of each file.
"""
import os

HEADER = 'sku,ean,warehouse,qty,pack,price,valid_from,brand,name'
DATE = '2026-11-02'


def ean(number):
    """A valid EAN-13 of the range for use within a shop."""
    digits = '20%010d' % number
    odd, even = digits[::2], digits[1::2]
    return digits + str(-(sum(map(int, odd)) + 3 * sum(map(int, even))) % 10)


def line(number, warehouse, qty, pack, price, brand, name, code=None):
    return ','.join(['A-%d' % number, code or ean(number), warehouse, qty, pack, price, DATE, brand, name])


def lines(*rows, **more):
    return more.get('end', '\n').join((more.get('header', HEADER),) + rows) + more.get('end', '\n')


def full_width(digits):
    return ''.join(chr(ord(d) + 0xFEE0) for d in digits)


DELIVERIES = {
    # Prices as a spreadsheet computes them: binary fractions, halves of a cent.
    'ashdown_prices': lines(
        line(101, 'BRS', '12', '1', '19.989999999999998', '', 'Watering can 10 l'),
        line(102, 'BRS', '3', '1', '0.125', '', 'Plant label'),
        line(103, 'GLA', '40', '6', '8.40', 'Fallow', 'Terracotta pot 12 cm'),
        line(104, 'LEI', '7', '1', '4.20', '', 'Dibber')),
    # A byte order mark, as Excel writes it; nothing else.
    'bexley_bom': '\ufeff' + lines(
        line(201, 'BRS', '5', '1', '14.95', '', 'Hand fork'),
        line(202, 'GLA', '8', '2', '3.50', 'Fallow', 'Twine 50 m'),
        line(203, 'LEI', '60', '10', '12.00', '', 'Cane 90 cm')),
    # Windows' own codec: a euro sign, a dash, curly quotes.
    'calder_cp1252': lines(
        line(301, 'BRS', '9', '1', '29.00', '', 'Kneeling mat'),
        line(302, 'BRS', '4', '1', '6.75', 'Café', 'Mug – the gardener’s own'),
        line(303, 'GLA', '11', '4', '10.00', '', 'Gift card €10')).encode('cp1252'),
    'douro_latin1': lines(
        line(401, 'LEI', '15', '1', '7.90', '', 'Hose clip'),
        line(402, 'LEI', '2', '1', '31.50', 'Jardim', 'Tesoura de poda'),
        line(403, 'BRS', '6', '3', '9.60', '', 'Mangueira p/ irrigação')).encode('latin-1'),
    # Fixed-width fields, filled up with NUL by a mainframe.
    'eastgate_nul': lines(
        line(501, 'GLA', '30', '1', '2.10', '', 'Seed tray'),
        line(502, 'GLA', '18', '1', '2.60', '', 'Seed tray lid\0\0\0\0'),
        line(503, 'BRS', '25', '5', '5.00', '', 'Peat pot 8 cm')),
    # The line ends of an old Mac.
    'fjord_cr': lines(
        line(601, 'LEI', '10', '1', '11.40', '', 'Leaf rake'),
        line(602, 'BRS', '14', '2', '8.00', 'Fallow', 'Work gloves'),
        line(603, 'LEI', '1', '1', '189.00', '', 'Wheelbarrow'), end='\r'),
    # UTF-8; a name of two lines within quotes.
    'garonne_crlf': lines(
        line(701, 'GLA', '16', '1', '24.90', '', 'Spade'),
        line(702, 'GLA', '5', '1', '39.00', 'Ährenfeld', '"Gießkanne\r\nverzinkt, 9 l"'),
        line(703, 'LEI', '22', '2', '6.40', '', '"Rake head\r\n14 tines"'), end='\r\n'),
    # Numbers typed with an East Asian keyboard.
    'hanko_digits': lines(
        line(801, 'BRS', '20', '1', '5.80', '', 'Bonsai wire'),
        line(802, 'BRS', full_width('12'), '1', '17.30', '', 'Bonsai shears'),
        line(803, 'GLA', '9', full_width('3'), '9.90', '', 'Bamboo mat'),
        line(804, 'GLA', '4', '1', '45.00', '', 'Stone lantern', full_width(ean(804)))),
    # No-break spaces that a web page left around numbers.
    'isere_nbsp': lines(
        line(901, 'LEI', '13', '1', '21.00', '', 'Pruning saw'),
        line(902, 'LEI', '6\u00a0', '1', '\u00a018.50', '', 'Loppers'),
        line(903, 'BRS', '2', '1', '64.00', '', 'Ladder')),
    # Lines that stop where the supplier knows no more.
    'jarvis_short': lines(
        line(1001, 'GLA', '19', '1', '3.30', '', 'Plant tie'),
        'A-1002,%s,GLA,7' % ean(1002),
        line(1003, 'GLA', '33', '3', '4.50', '', 'Slug trap'),
        'A-1004,%s,GLA,2' % ean(1004)),
    # Two columns named price: net, and at the end gross. Packs of odd sizes.
    'kestrel_twice': lines(
        line(1101, 'BRS', '48', '6', '10.00', '', 'Tulip bulb') + ',11.90',
        line(1102, 'LEI', '36', '7', '15.00', 'Fallow', 'Crocus bulb') + ',17.85',
        line(1103, 'LEI', '5', '1', '9.00', '', 'Bulb planter') + ',10.71',
        header=HEADER + ',price'),
    # Names pasted from a layout program, with its line separator.
    'lumen_u2028': lines(
        line(1201, 'GLA', '3', '1', '52.00', '', 'Solar lamp'),
        line(1202, 'GLA', '8', '2', '16.00', '', 'Lantern\u2028amber glass'),
        line(1203, 'BRS', '12', '4', '6.00', '', 'Tea light')),
    # A transfer that stopped within a character.
    'murray_cut': lines(
        line(1301, 'BRS', '21', '1', '13.20', '', 'Trowel'),
        line(1302, 'LEI', '17', '1', '15.60', '', 'Bulb fork'),
        line(1303, 'LEI', '9', '3', '27.00', '', 'Cloche Voilé')).encode('utf-8')[:-2],
}

if __name__ == '__main__':
    where = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'deliveries')
    for name, data in sorted(DELIVERIES.items()):
        with open(os.path.join(where, name + '.csv'), 'wb') as delivery:
            delivery.write(data if isinstance(data, bytes) else data.encode('utf-8'))
