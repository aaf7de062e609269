"""What stands between feedparity.yaml and code that cannot be called as it is.

Written by "feedparity init": one worked adapter per shape. Keep those that you need.
The functions in it were guessed from code that was read and not run. This file runs
on either Python; what it adapts is imported within the functions, so that one that
cannot be imported harms no other.
"""


#: generator
# A generator needs no adapter: call: "MODULE:FUNCTION".
# One that wants more than the path, or whose rows need a word, has it here.
# GUESSED
def generator(path):
    from MODULE import FUNCTION
    for row in FUNCTION(path):
        yield row

#: list
# A list needs none either: call: "MODULE:FUNCTION"; each of its items is a row.
# GUESSED
def list_of_rows(path):
    from MODULE import FUNCTION
    return FUNCTION(path)

#: mapping
# A mapping is compared by its keys, whatever their order: call: "MODULE:FUNCTION".
# GUESSED
def mapping(path):
    from MODULE import FUNCTION
    return FUNCTION(path)

#: value
# A single value is one row: call: "MODULE:FUNCTION". A count alone is refused, for it
# tells nothing of what was counted: name a collect.
# GUESSED
def single_value(path):
    from MODULE import FUNCTION
    return FUNCTION(path)

#: nothing
# A function that returns nothing and leaves its results somewhere:
# call: "adapters:ADAPTER", collect: "adapters:ADAPTER_result". What collect yields
# after the call is compared: a table, files, the entries of a cache.
# GUESSED
def ADAPTER(path):
    from MODULE import FUNCTION
    FUNCTION(path)


def ADAPTER_result():
    import MODULE
    return MODULE.TABLE  # TODO: where it leaves them

#: django-nothing
# An importer that returns nothing and fills a table: call: "adapters:ADAPTER",
# collect: "adapters:ADAPTER_result", setup: "adapters:django_setup".
# GUESSED
def ADAPTER(path):
    from MODULE import FUNCTION
    FUNCTION(path)


def ADAPTER_result():
    from django.apps import apps
    # TODO: is it this model that it fills? Rows are compared without pk and auto_now fields.
    return apps.get_model('APP', 'MODEL').objects.order_by('pk')

#: factory
# A method: factory: "adapters:MAKER", call: METHOD. The object is made
# anew for each delivery.
# GUESSED
def MAKER():
    from MODULE import CLASS
    return CLASS(ARGUMENTS)

#: state
# What METHOD leaves in its object, which collect is given after the call:
# collect: "adapters:ADAPTER_result". Here it is all attributes, as one row.
# GUESSED
def ADAPTER_result(made):
    return [vars(made)]  # TODO: the attribute that holds its rows

#: class
# Rows that are objects: named tuples, dataclasses, attrs classes, Django's models and
# whatever has __slots__ are known by themselves. Of other classes say which attributes
# are data; serializers: "adapters:SERIALIZERS".
SERIALIZERS = {
    'yourcode.Article': lambda article: {'sku': article.sku, 'price': article.price},  # TODO
}

#: setup
# What your program does before it reads its first file, once per process:
# setup: "adapters:setup".
def setup():
    import logging
    logging.disable(logging.CRITICAL)

#: django
# setup: "adapters:django_setup", with effects: {rollback: ":memory:"} and in paths
# env: {DJANGO_SETTINGS_MODULE: yourproject.settings}. The database is one of its own
# in memory, with the tables of your models; every call is rolled back. Where it must
# be another kind, take a test database that is there already, say its NAME here and in
# rollback, and leave out migrate.
def django_setup():
    import django
    from django.conf import settings
    from django.core.management import call_command
    settings.DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}
    django.setup()
    call_command('migrate', run_syncdb=True, verbosity=0)
