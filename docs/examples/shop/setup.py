"""Installs the shop under Python 2.7 and 3.6 or later. "make shop" does without."""
from setuptools import setup

setup(
    name='shop',
    version='11.4',
    description='The ingestion code of a garden shop, an example of feedparity',
    packages=['shop'],
    python_requires='>=2.7, !=3.0.*, !=3.1.*, !=3.2.*, !=3.3.*, !=3.4.*, !=3.5.*',
    install_requires=['Django>=1.11', 'six>=1.16', 'unicodecsv==0.14.1'],
)
