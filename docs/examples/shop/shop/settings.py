"""Django's settings for the importers, where the database is one in memory."""
SECRET_KEY = 'of the example'
INSTALLED_APPS = ['shop']
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
TIME_ZONE = 'UTC'
