"""Print an `.env` for docker-compose with fresh secrets; the lines marked EDIT are the operator's."""

import base64
import secrets

print(
    f"""# Keep this file apart from the database's backups: without the sealing keys every word in them is lost.
HOLDFAST_SECRET_KEY={secrets.token_urlsafe(60)}
HOLDFAST_SEALING_KEYS=k1:{base64.b64encode(secrets.token_bytes(32)).decode()}
DATABASE_PASSWORD={secrets.token_urlsafe(24)}
SITE_PASSWORD={secrets.token_urlsafe(24)}
# EDIT: the name people reach this site by, its address in mails, the mail server, whom to call
HOLDFAST_HOSTS=clinic.example
HOLDFAST_SITE_URL=https://clinic.example
HOLDFAST_EMAIL_URL=smtp://user:password@mail.example:587/?tls=true
HOLDFAST_EMAIL_FROM=care@clinic.example
HOLDFAST_PHONE=555-0142
HOLDFAST_PHONE_HOURS=8:00 to 21:00"""
)
