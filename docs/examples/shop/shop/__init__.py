"""The ingestion code of a garden shop: what reads the suppliers' price lists.

Written for Python 2.7 from 2011 on and made to run on Python 3 as well. It runs
on both and looks right on both; expected.tsv says where it is not the same.
"""
