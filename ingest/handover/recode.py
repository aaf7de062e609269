# recode.py: what handover.py and cache.py have in common; it is put before each.


def recoded(value, codec):
    """What latin1 read as characters, read again as the codec of the cells. A text
    that was unicode when it was written and fits latin1 cannot be told apart."""
    if isinstance(value, str):
        try:
            return value.encode('latin1').decode(codec)
        except UnicodeError:
            return value
    if isinstance(value, dict):
        return dict([(recoded(k, codec), recoded(v, codec)) for k, v in value.items()])
    if isinstance(value, (list, tuple, set)):
        return type(value)([recoded(v, codec) for v in value])
    return value


def encoded(value, codec):
    """Byte strings in the place of every text, for a reader that has them."""
    if isinstance(value, str):
        return value.encode(codec)
    if isinstance(value, dict):
        return dict([(encoded(k, codec), encoded(v, codec)) for k, v in value.items()])
    if isinstance(value, (list, tuple, set)):
        return type(value)([encoded(v, codec) for v in value])
    return value
