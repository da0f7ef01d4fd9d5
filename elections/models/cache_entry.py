from django.db import models


class CacheEntry(models.Model):
    """The table of the cache that every process of the portal shares, see ``CACHES``.

    Django reads and writes it without this class. As a model it is made by ``migrate``, so no
    installation can lack it.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "portal_cache"
        default_permissions = ()

    def __str__(self) -> str:
        return self.cache_key
