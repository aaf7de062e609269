# runner.py, last part: the loop that answers requests until the pipe closes.


class Exports(object):
    """What a loaded module finds as `runner`: the helpers that tests share."""

    def __init__(self):
        for name in ('wire', 'wire_any', 'wire_pairs', 'wire_fault', 'fault_type', 'fault_message', 'native', 'chain', 'PY2'):
            setattr(self, name, globals()[name])


def op_load(req, blob):
    """Runs source text as a module under a name; its functions can be called then."""
    import types
    name = str(req['name'])
    module = types.ModuleType(name)
    module.runner = Exports()
    exec(compile(blob, '<%s>' % name, 'exec'), module.__dict__)
    sys.modules[name] = MODULES[name] = module
    write_frame(RESULT, b'null')


def function_of(req):
    name, _, function = str(req['function']).partition('.')
    return getattr(MODULES[name], function)


def op_call(req, blob):
    write_frame(RESULT, dump(function_of(req)(json.loads(blob.decode('utf-8')))))


def op_call_bytes(req, blob):
    """As op_call, but what crosses is what the function and its caller agree on."""
    write_frame(RESULT, function_of(req)(blob))


MODULES = {}
OPS = {'load': op_load, 'call': op_call, 'call_bytes': op_call_bytes}
for ops in ('REFERENCE_OPS', 'CALL_OPS'):  # a process has the parts of one of the modes
    OPS.update(globals().get(ops, {}))


LAST = [None, None]  # a frame, and what it says: most calls are asked for alike


def answer(frame):
    head, _, blob = frame.partition(b'\n')
    if head != LAST[0]:
        LAST[:] = head, json.loads(head.decode('utf-8'))
    req = LAST[1]
    try:
        OPS[req['op']](req, blob)
    except Exception:
        # Ours, or a test's own operation: never the outcome of an input.
        error = native_text(traceback.format_exc())
        write_frame(ERROR, dump({'error': error}))


def main():
    protect_pipes()
    write_frame(HELLO, dump({'version': list(sys.version_info[:3]), 'full': sys.version.split()[0]}))
    while True:
        frame = read_frame()
        if frame is None:
            globals().get('remove_scratch', int)()
            os._exit(0)
        answer(frame)


if __name__ == 'feedparity_runner':
    main()
