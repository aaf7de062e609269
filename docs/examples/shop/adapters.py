"""What stands between feedparity.yaml and the shop where a function cannot be
called as it is: one adapter per shape, each as small as it can be.

Nothing is needed for a generator (shop.stock:stock_levels), a list
(shop.search:documents), a mapping (shop.partition:partition), a single text
(shop.manifest:ledger_line), or a function that wants an open file
(shop.eans:register with args: file-rb).
"""


# A class whose instances have plain attributes: say which of them are data.
# Named tuples, __slots__, dataclasses and attrs classes are known by themselves.
SERIALIZERS = {
    'shop.articles.Article': lambda article: {
        'sku': article.sku, 'brand': article.brand, 'name': article.name, 'imported': article.imported},
}


# A method of an object that is built first: factory: "adapters:article_importer",
# call: "articles". The factory is run for each delivery.
def article_importer():
    from shop.articles import ArticleImporter
    return ArticleImporter(encoding='utf-8')


# The same where the object keeps files in a folder: effects: {sandbox: var/cache}
# lets it, and restores the folder after each delivery.
def cached_prices():
    from shop.cached import CachedPrices
    return CachedPrices('var/cache')


# A function that returns nothing and leaves its results in a table. Django is set
# up once per process, in setup; what imports models is imported after that.
def django_setup():
    import django
    from django.core.management import call_command
    django.setup()
    call_command('migrate', run_syncdb=True, verbosity=0)  # the database is in memory


def import_products(path):
    from shop.products import import_products
    return import_products(path)


# collect: "adapters:product_table" is run after the call and yields what is
# compared in place of what the call returned.
def product_table():
    from shop.models import Product
    return Product.objects.order_by('sku')
