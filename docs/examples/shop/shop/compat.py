"""What the modules share on both Pythons."""
import six


def open_csv(path, encoding='utf-8-sig'):
    """Opens a delivery as the csv module wants it."""
    if six.PY2:
        return open(path, 'rb')
    return open(path, encoding=encoding, newline='')


def to_text(cell, encoding='utf-8'):
    """A cell as text; the None of a short line stays None."""
    if isinstance(cell, six.binary_type):
        return cell.decode(encoding)
    return cell
