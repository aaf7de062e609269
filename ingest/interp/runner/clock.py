# runner.py, part 11: another clock, for a call that is made once more to see what of
# its outcome depends on the time. It goes on by a tick each time it is looked at and
# not otherwise. Calls that count are made by the real one, with nothing replaced.
import gc
import time


class Clock(object):
    on = False

    def begin(self, at, tick):
        self.on, self.at, self.start, self.tick = True, at, at, tick

    def ns(self):
        self.at += self.tick
        return self.at

    def seconds(self):
        return self.ns() / 1e9

    def elapsed_ns(self):
        return self.ns() - self.start

    def elapsed(self):
        return self.elapsed_ns() / 1e9


CLOCK = Clock()


def by_clock(fake):
    """A hook for patch."""
    return lambda function, args, kwargs: fake(function, *args, **kwargs) if CLOCK.on else function(*args, **kwargs)


def at_given(function, secs=None):
    return function(CLOCK.seconds() if secs is None else secs)


# What looks at the clock in module time, or does where its time is not given. The
# monotonic clock is left alone: time limits and queues wait by it.
CLOCKED = {
    'time': lambda f: CLOCK.seconds(),
    'time_ns': lambda f: CLOCK.ns(),
    'clock_gettime': lambda f, which: CLOCK.seconds() if which == time.CLOCK_REALTIME else f(which),
    'clock_gettime_ns': lambda f, which: CLOCK.ns() if which == time.CLOCK_REALTIME else f(which),
    'localtime': at_given,
    'gmtime': at_given,
    'ctime': at_given,
    'asctime': lambda f, *t: f(*(t or (time.localtime(),))),
    'strftime': lambda f, form, *t: f(form, *(t or (time.localtime(),))),
    'perf_counter': lambda f: CLOCK.elapsed(),
    'perf_counter_ns': lambda f: CLOCK.elapsed_ns(),
    'process_time': lambda f: CLOCK.elapsed(),
    'process_time_ns': lambda f: CLOCK.elapsed_ns(),
    'clock': lambda f: CLOCK.elapsed(),
}


def watch_clock():
    """Before the team's modules are imported; until a call begins all is real."""
    import datetime
    for name in CLOCKED:
        if hasattr(time, name):
            patch(by_clock(CLOCKED[name]), (time, name))
    replace_method(datetime.datetime, 'now', lambda cls, tz=None: cls.fromtimestamp(CLOCK.seconds(), tz) if tz is not None else cls.fromtimestamp(CLOCK.seconds()))
    replace_method(datetime.datetime, 'utcnow', lambda cls: cls.utcfromtimestamp(CLOCK.seconds()))
    # datetime.today is date's, and so are those of classes that extend either.
    replace_method(datetime.date, 'today', lambda cls: cls.fromtimestamp(CLOCK.seconds()))


def replace_method(cls, name, fake):
    """Replaces a class method of a class that is written in C and cannot be extended
    in its place: what is imported, pickled and asked of by isinstance is that class."""
    methods = gc.get_referents(cls.__dict__)[0]  # the dict behind the proxy
    real = methods[name]

    def method(cls, *args, **kwargs):
        return fake(cls, *args, **kwargs) if CLOCK.on else real.__get__(None, cls)(*args, **kwargs)
    methods[name] = classmethod(method)
    try:
        import ctypes
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
    except Exception:
        pass  # only what somebody asked for before is remembered by the type
