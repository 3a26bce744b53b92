/* The floor: what one core can fan out at all. One thread, epoll, one send() for each delivery and nothing else: no
 * sign-in, no screen, nothing kept. The path is the room. Usage: floor PORT, on 127.0.0.1 only.
 *
 * It answers the one handshake key the load client sends (bench/fleet.py), takes frames below 64 KiB, and hangs up on
 * whoever does not keep up.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKETS = 1 << 16, ROOM_FOR = 1 << 17, PATH_MOST = 200 };

typedef struct Room { char path[PATH_MOST]; int *members, count; struct Room *next; } Room;
typedef struct { Room *room; size_t have; unsigned char *in; } Socket;

static Room *first;
static Socket sockets[SOCKETS];
static const char accepted[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void enter(int fd, const char *path)
{
    Room *room = first;
    while (room && strcmp(room->path, path)) room = room->next;
    if (!room) {
        room = calloc(1, sizeof *room);
        strcpy(room->path, path);
        room->next = first;
        first = room;
    }
    room->members = realloc(room->members, (room->count + 1) * sizeof(int));
    room->members[room->count++] = fd;
    sockets[fd].room = room;
    sockets[fd].have = 0;
    send(fd, accepted, sizeof accepted - 1, MSG_NOSIGNAL);
}

static void leave(int fd)
{
    Room *room = sockets[fd].room;
    for (int i = 0; room && i < room->count; i++)
        if (room->members[i] == fd) room->members[i--] = room->members[--room->count];
    free(sockets[fd].in);
    sockets[fd] = (Socket){0};
    close(fd);
}

static void tell(Room *room, const unsigned char *text, size_t n)
{
    static unsigned char frame[ROOM_FOR];
    size_t header = n < 126 ? 2 : 4;
    frame[0] = 0x81;
    frame[1] = n < 126 ? n : 126;
    if (header == 4) frame[2] = n >> 8, frame[3] = n;
    memcpy(frame + header, text, n);
    for (int i = 0; i < room->count; i++)
        if (send(room->members[i], frame, header + n, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)(header + n))
            shutdown(room->members[i], SHUT_RDWR);
}

/* Take one frame off the front; 0 when it is not whole yet, -1 to hang up. */
static int take(Socket *s)
{
    unsigned char *b = s->in;
    if (s->have < 6) return 0;
    size_t n = b[1] & 127, header = n == 126 ? 8 : 6;
    int opcode = b[0] & 15;
    if (n == 127 || opcode == 8) return -1;
    if (s->have < header) return 0;
    if (n == 126) n = b[2] << 8 | b[3];
    if (s->have < header + n) return 0;
    for (size_t i = 0; i < n; i++) b[header + i] ^= b[header - 4 + i % 4];
    if (opcode == 1) tell(s->room, b + header, n);
    s->have -= header + n;
    memmove(b, b + header + n, s->have);
    return 1;
}

static void read_from(int fd)
{
    Socket *s = &sockets[fd];
    ssize_t got = recv(fd, s->in + s->have, ROOM_FOR - 1 - s->have, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) { leave(fd); return; }
    s->have += got;
    int state = 1;
    if (!s->room) {
        char path[PATH_MOST];
        s->in[s->have] = 0;
        if (strstr((char *)s->in, "\r\n\r\n") && sscanf((char *)s->in, "GET %199s", path) == 1) enter(fd, path);
        return;
    }
    while (state > 0) state = take(s);
    if (state < 0) leave(fd);
}

int main(int argc, char **argv)
{
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener}, events[256];
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 1024)) { perror("floor"); return 1; }
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(epoll, events, 256, -1);
        for (int k = 0; k < n; k++) {
            int fd = events[k].data.fd;
            if (fd != listener) { if (sockets[fd].in) read_from(fd); continue; }
            fd = accept(listener, NULL, NULL);
            if (fd < 0 || fd >= SOCKETS) { perror("floor: accept"); return 1; }
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            sockets[fd] = (Socket){.in = malloc(ROOM_FOR)};
            e = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
            epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
        }
    }
}
