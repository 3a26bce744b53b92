"""The product's settings, with what a suite needs different: a cheap password hash, and tables that may be flushed."""

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUDIT_TRIGGERS = False
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405  (a thread keeps no connection a test's database must outlive)
