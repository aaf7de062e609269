"""The Django models of the web shop, as far as the importers need them."""
from django.db import models


class Product(models.Model):
    """A product as the web shop sells it."""

    sku = models.CharField(max_length=20, unique=True)
    label = models.CharField(max_length=120)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    quantity = models.IntegerField()
    valid_from = models.DateField()
    updated = models.DateTimeField(auto_now=True)
