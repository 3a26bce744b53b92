"""What most would write: the asynchronous chat of the Channels tutorial (part 3), each message saved with `acreate`.

As kind to it as can be: the pub/sub layer, an index, a connection to the database that stays open. It knows nobody,
screens nothing, seals nothing. Served by Daphne: /ws/ROOM/; environment BENCH_POSTGRES and BENCH_REDIS (URLs).
"""

import json
import os
from typing import Any, ClassVar

import dj_database_url
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only for benches on this machine",
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["BENCH_REDIS"]]},
        }
    },
    DATABASES={"default": dj_database_url.parse(os.environ["BENCH_POSTGRES"], conn_max_age=None)},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGGING_CONFIG=None,
)
django.setup()

from channels.auth import AuthMiddlewareStack  # noqa: E402  (apps first)
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402


class Message(models.Model):
    """A message as the tutorial's reader would keep it."""

    objects: ClassVar["models.Manager[Message]"] = models.Manager()

    room = models.TextField()
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Found by room, newest first."""

        app_label = "tutorial"
        indexes = (models.Index(fields=["room", "-id"], name="tutorial_room"),)


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """The tutorial's consumer; one line saves the message."""

    async def connect(self) -> None:
        """Join the room's group."""
        self.room_name = self.scope["url_route"]["kwargs"]["room_name"]
        self.room_group_name = f"chat_{self.room_name}"
        await self.channel_layer.group_add(self.room_group_name, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave it."""
        await self.channel_layer.group_discard(self.room_group_name, self.channel_name)

    async def receive(self, text_data: str) -> None:
        """Save a message, then send it to the group."""
        message = json.loads(text_data)["message"]
        await Message.objects.acreate(room=self.room_name, text=message)
        await self.channel_layer.group_send(self.room_group_name, {"type": "chat.message", "message": message})

    async def chat_message(self, event: dict[str, Any]) -> None:
        """Send a message of the group to this socket."""
        await self.send(text_data=json.dumps({"message": event["message"]}))


with connection.schema_editor() as editor:
    editor.create_model(Message)
connection.close()

application = ProtocolTypeRouter(
    {
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/<room_name>/", ChatConsumer.as_asgi())]))
        )
    }
)
