#!/usr/bin/env python3
"""Writes the demo's deliveries under corpus/seeds/: python3 corpus/makeseeds.py

Every company, product and person here is invented. The bytes are what counts, so
each delivery is encoded by hand below and nothing depends on the platform. Running
the script again changes nothing; corpus_test.go holds the digests.
"""
import os

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds")


def ean(n):
    """A valid EAN-13 from the 20x range, which GS1 keeps for in-store use."""
    s = "20%010d" % n
    return s + str(-sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(s)) % 10)


def rows_of(names, start, prices, warehouses):
    """sku, ean, name, qty, price, warehouse: plausible and fixed."""
    for i, name in enumerate(names):
        yield ["%s-%04d" % (start[0], start[1] + 7 * i), ean(start[1] * 31 + i), name,
               str((i * 37 + 11) % 240), "%d.%02d" % (prices + i * 3 % 41, (i * 45 + 95) % 100),
               warehouses[i % len(warehouses)]]


def quote(cell, delimiter):
    if any(c in cell for c in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def table(rows, delimiter=",", eol="\r\n"):
    return "".join(delimiter.join(quote(c, delimiter) for c in r) + eol for r in rows)


def put(path, data):
    path = os.path.join(ROOT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


HEAD = ["sku", "ean", "name", "qty", "price", "warehouse"]
TOOLS = ["Claw hammer 450 g", "Ball pein hammer 340 g", "Bow saw 610 mm", "Hacksaw blade 24 TPI", "Combination square 300 mm",
         "Spirit level 600 mm", "Tape measure 5 m", "Chisel set, 4 pieces", "Bench vice 100 mm", "G-clamp 150 mm",
         "Try square 230 mm", "Wood file, half round", "Needle file set", "Pipe wrench 14 in", "Hex key set 1.5-10 mm",
         "Socket set, 1/2 in drive", "Utility knife", "Wire stripper", "Side cutters 160 mm", "Long nose pliers 200 mm"]
GARDEN = ["Hose 25 m; reinforced", "Watering can 9 l", "Pruning shears", "Leaf rake", "Garden fork", "Border spade",
          "Cold frame", "Seed tray x10", "Compost bin 300 l", "Bamboo canes x20", "Plant ties 50 m", "Kneeler pad"]


def clean():
    put("clean/hartwell_stock.csv", table([HEAD] + list(rows_of(TOOLS * 4, ("HW", 1000), 4, ["LEEDS", "DERBY", "HULL"]))).encode("ascii"))
    put("clean/gardenia_lager.csv", table([HEAD] + list(rows_of(GARDEN * 3, ("GA", 300), 6, ["NORTH", "SOUTH"])), ";").encode("ascii"))
    cafes = ["Café crème 250 g", "Thé à la menthe", "Crème brûlée mix", "Gâteau breton", "Confiture de mûres", "Noël biscuits", "Pâté de campagne"]
    put("clean/brasserie_utf8.csv", table([HEAD] + list(rows_of(cafes * 4, ("BR", 40), 3, ["LYON", "NANTES"])), eol="\n").encode("utf-8"))
    ship = [["shipment", "shipper", "service", "parcels", "weight_kg", "despatched"]]
    for i in range(60):
        ship.append(["SH%06d" % (880120 + i), ["Fleetmark", "Postway", "Kestrel Freight"][i % 3], ["next day", "48h", "pallet"][i % 3],
                     str(1 + i % 5), "%.1f" % (1.5 + i * 7 % 31), "2026-11-%02d" % (1 + i % 28)])
    put("clean/kestrel_shipments.csv", "".join("\t".join(r) + "\n" for r in ship).encode("ascii"))
    nordic = ["Skruvmejsel stål", "Tång för rör", "Såg 500 mm", "Måttband 5 m", "Borr för betong", "Hink grå", "Käppar för växter"]
    put("clean/nordverktyg_latin1.csv", table([["artnr", "ean", "namn", "antal", "pris", "lager"]] + list(rows_of(nordic * 5, ("NV", 700), 29, ["MALMO", "KALMAR"])), ";").encode("latin-1"))
    quoted = [["order", "customer_ref", "address", "total"]]
    for i in range(18):
        quoted.append(["SO-%05d" % (20410 + i), "PO \"%d\"" % (77 + i), "Unit %d, Mill Lane" % (i + 1), "%d.50" % (12 + i * 9)])
    put("clean/millgate_orders.csv", table(quoted).encode("ascii"))


def encodings():
    lamps = ["Desk lamp, brass", "Floor lamp oak", "Pendant 30 cm", "Wall light twin", "Clip light", "Reading lamp", "Lantern, solar", "Spot rail x3"]
    put("bom/lumenhaus_catalogue.csv", b"\xef\xbb\xbf" + table([HEAD] + list(rows_of(lamps * 3, ("LH", 510), 19, ["ROTTERDAM", "GHENT"]))).encode("ascii"))
    price = [["sku", "description", "rrp", "trade", "note"]]
    stock = [("Men’s waxed jacket", "£189.00", "£112.50", "sizes S – XL"), ("Ladies’ gilet", "£95.00", "£57.00", "sizes 8 – 18"),
             ("Child’s wellingtons", "£24.99", "£13.20", "EU price €29"), ("Shepherd’s crook", "£42.00", "£26.00", "hazel – hand finished"),
             ("Gamekeeper’s bag", "£130.00", "£81.00", "EU price €155"), ("Flat cap", "£35.00", "£19.00", "57 – 61 cm"),
             ("Farrier’s apron", "£68.00", "£41.00", "leather"), ("Riding gloves", "£27.50", "£16.00", "EU price €32")]
    for i in range(24):
        d = stock[i % len(stock)]
        price.append(["MW%04d" % (210 + i * 3), d[0], d[1], d[2], d[3]])
    put("mojibake/moorwood_prices.csv", table(price).encode("cp1252"))
    names = [["account", "surname", "first_name", "town", "credit"]]
    people = [("Agent", "Anna", "Hull"), ("Bergström", "Åsa", "Göteborg"), ("Castaño", "Iñigo", "Logroño"), ("Dupré", "Hélène", "Orléans"),
              ("Müllner", "Jörg", "Nürnberg"), ("Østby", "Søren", "Tromsø"), ("Peixão", "João", "Évora"), ("Quigley", "Róisín", "Trim")]
    for i in range(32):
        p = people[i % len(people)]
        names.append(["C%05d" % (4000 + 13 * i), p[0], p[1], p[2], "%d.00" % (250 + i * 50 % 900)])
    put("undecodable/halewood_accounts.csv", table(names).encode("latin-1"))
    polish = ["Śrubokręt płaski", "Młotek ślusarski", "Wiertło do betonu", "Klucz nastawny", "Pędzel kątowy", "Gwoździe 80 mm",
              "Taśma miernicza", "Źródło światła LED", "Wąż ogrodowy 20 m", "Rękawice robocze", "Łopata żeliwna", "Śruba z łbem sześciokątnym"]
    head = ["indeks", "ean", "nazwa", "ilość", "cena", "magazyn"]
    put("mojibake/wislana_cennik.csv", table([head] + list(rows_of(polish * 3, ("WN", 60), 9, ["Gdańsk", "Łódź"])), ";").encode("cp1250"))
    toys = ["Wooden train", "Stacking rings", "Bead maze", "Spinning top", "Toy drum", "Marble run"]
    xl = [HEAD] + list(rows_of(toys * 4, ("TY", 90), 7, ["KOLN", "WIEN"]))
    xl[3][2], xl[9][2] = "Käthe’s doll", "Büchse “rot”"
    put("nulbytes/toytown_export.csv", b"\xff\xfe" + table(xl, "\t").encode("utf-16-le"))
    body = table([HEAD] + list(rows_of(TOOLS, ("PL", 2200), 5, ["DOCK A", "DOCK B"]))).encode("ascii").split(b"\r\n")
    for i in (4, 9, 15):  # a fixed-width field whose padding was never blanked
        cells = body[i].split(b",")
        cells[-1] = cells[-1] + b"\0\0\0\0"
        body[i] = b",".join(cells)
    put("nulbytes/pallas_inventory.csv", b"\r\n".join(body))
    emoji = [["sku", "title", "qty"]] + [["GC%03d" % (100 + i), "Greeting card no. %d" % (i + 1), str(20 + i)] for i in range(15)]
    emoji[7][1] = "Greeting card @ smile"
    put("surrogates/papermoon_cards.csv", table(emoji, eol="\n").encode("ascii").replace(b"@", b"\xed\xa0\xbd\xed\xb8\x80"))


def newlines():
    put("newlines/quayside_mac.csv", table([HEAD] + list(rows_of(GARDEN, ("QS", 15), 2, ["QUAY"])), eol="\r").encode("ascii"))
    put("newlines/ironbridge_stock.csv", table([HEAD] + list(rows_of(TOOLS[:11], ("IB", 820), 5, ["MAIN"])), eol="\r\r\n").encode("ascii"))
    addr = [["order", "ship_to", "shipper", "total"]]
    for i in range(14):
        to = "Unit %d, Wharf Road, Selby" % (i + 2)
        if i in (3, 8, 12):
            to = "Unit %d\r\nWharf Road\r\nSelby" % (i + 2)
        addr.append(["SO-%05d" % (31070 + i), to, ["Fleetmark", "Postway"][i % 2], "%d.00" % (40 + 3 * i)])
    put("newlines/selby_despatch.csv", table(addr).encode("ascii"))
    desc = [HEAD[:3] + ["qty"]] + [[r[0], r[1], r[2], r[3]] for r in rows_of(["Atlas of rivers", "Field guide: birds", "Knots and splices", "Map folder"] * 4, ("BK", 33), 8, ["X"])]
    desc[6][2] = "Field guide: ferns\u2028second edition"
    put("newlines/fernlea_books.csv", table(desc, eol="\n").encode("utf-8"))


def numbers():
    def one(path, row, qty, start):
        rows = [HEAD] + list(rows_of(TOOLS, start, 5, ["DEPOT"]))
        rows[row][3] = qty
        put(path, table(rows, eol="\n").encode("utf-8"))
    one("numbers/northgate_qty.csv", 6, "12\u00a0", ("NG", 450))
    one("numbers/kiyora_qty.csv", 5, "\uff11\uff12", ("KY", 610))
    one("numbers/datavine_qty.csv", 8, "12_345", ("DV", 130))
    dec = [["sku", "net", "vat", "gross"]] + [["TX%03d" % i, "%d.%02d" % (3 + i, i * 17 % 100), "20", "%.2f" % ((3 + i + (i * 17 % 100) / 100.0) * 1.2)] for i in range(25)]
    put("numbers/abacus_tax.csv", table(dec).encode("ascii"))


def text():
    addr = [["depot", "street", "city", "bays"]]
    for i, s in enumerate(["Hauptstr. 4", "Am Ring 12", "Lange Straße 7", "Bahnhofsweg 1", "Hafenallee 30", "Kurze Gasse 2"]):
        addr.append(["D%02d" % (i + 1), s, ["Bremen", "Hamm", "Kiel"][i % 3], str(4 + i)])
    put("case/hanse_depots.csv", table(addr, eol="\n").encode("utf-8"))
    notes = [["sku", "qty", "notes"]] + [["VL%03d" % i, str(5 * i + 5), "standard pack"] for i in range(8)]
    notes[5][2] = "é" * 65600  # 131,200 bytes, 65,600 characters; the limit is 131,072
    put("limits/verbose_notes.csv", table(notes, eol="\n").encode("utf-8"))


for step in (clean, encodings, newlines, numbers, text):
    step()
