"""The ASGI application: pages, and one socket."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  (apps must be ready first)
from channels.routing import ProtocolTypeRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from groups.services import screening  # noqa: E402
from live.socket import endpoint  # noqa: E402
from live.wire import keep_outermost  # noqa: E402
from moderation.screening import warm  # noqa: E402

screening.make_ready()
warm.in_background()
application = ProtocolTypeRouter(
    {"http": pages, "websocket": keep_outermost(AllowedHostsOriginValidator(AuthMiddlewareStack(endpoint)))}
)
