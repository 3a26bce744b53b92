/* The measured loop of the load client. bench/fleet.py opens the WebSockets, bench/load.py fills a Plan and calls run().
 *
 * A message carries "@@" and 16 letters, the nanosecond at which it was due, as hexadecimal digits a to p: letters only,
 * since a screen may take a long number for a telephone's. A delivery is one such mark in one text frame. Frames are
 * read whole, pings are answered. In an open loop the time counts from when a message was due, not from when it left:
 * a client that comes late cannot make a server look quick.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LETTERS = 16, MARK = 2 + LETTERS, AT_ONCE = 1 << 20, KEPT = 1 << 20, EVENTS = 512, HEADER = 14 };

typedef struct {                    /* the same fields in the same order in bench/load.py */
    int32_t sockets, rooms, size;   /* socket i sits in room i / size */
    int32_t due;                    /* deliveries one message makes */
    int32_t body;                   /* characters of text in a message, the mark included */
    int32_t window;                 /* closed loop: messages of a room under way; 0: open loop */
    double rate;                    /* open loop: messages a second over all rooms */
    double warm, measured, drain;   /* seconds */
    const int32_t *fds;
    char *const *messages;          /* for each socket; %BODY% and %ID% are filled in */
    uint64_t *ids;                  /* for each socket the last %ID%; goes on from run to run */
    const char *words;              /* what fills the text up */
    uint32_t *latency_us;           /* out: one for each delivery measured */
    int64_t latency_room;
} Plan;

typedef struct {                    /* the same in bench/load.py */
    int64_t sent, delivered, measured, lost, surplus, closed, elapsed_ns, idle_ns;
} Result;

typedef struct { int closed; size_t have; unsigned char *kept; } Socket;
typedef struct { int64_t sent, delivered; int turn; } Room;

static const Plan *plan;
static Result *result;
static Socket *sockets;
static Room *rooms;
static unsigned char *out;
static int epoll;
static int64_t began, from, until;

static int64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void hang_up(int i)
{
    if (sockets[i].closed++) return;
    result->closed++;
    epoll_ctl(epoll, EPOLL_CTL_DEL, plan->fds[i], NULL);
}

/* Send a masked frame that was written at out + HEADER; a mask of zeros leaves the words as they are. A socket that does
 * not take it whole is given up: with so little under way it means that nobody reads at the other end. */
static void send_frame(int i, int opcode, size_t n)
{
    size_t wide = n < 126 ? 0 : n < 65536 ? 2 : 8;
    unsigned char *f = out + HEADER - 6 - wide;
    f[0] = 0x80 | opcode;
    f[1] = 0x80 | (wide == 0 ? n : wide == 2 ? 126 : 127);
    for (size_t k = 0; k < wide; k++) f[2 + k] = n >> 8 * (wide - 1 - k);
    memset(f + 2 + wide, 0, 4);
    size_t whole = 6 + wide + n;
    if (send(plan->fds[i], f, whole, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)whole) hang_up(i);
}

static void send_message(int i, int64_t due_at)
{
    char *o = (char *)out + HEADER, *start = o;
    size_t words = strlen(plan->words);
    for (const char *t = plan->messages[i]; *t;) {
        if (!strncmp(t, "%BODY%", 6)) {
            *o++ = '@', *o++ = '@';
            for (int k = LETTERS - 1; k >= 0; k--) *o++ = 'a' + (due_at >> 4 * k & 15);
            for (int n = MARK; n < plan->body; n++) *o++ = n == MARK ? ' ' : plan->words[(n - MARK - 1) % words];
            t += 6;
        } else if (!strncmp(t, "%ID%", 4)) {
            o += sprintf(o, "%08x-0000-4000-8000-%012llx", i, (unsigned long long)++plan->ids[i] & 0xffffffffffffULL);
            t += 4;
        } else {
            *o++ = *t++;
        }
    }
    send_frame(i, 1, o - start);
}

/* A message from the next open member of a room; 0 when nobody is left in it. */
static int say_something(int r, int64_t due_at)
{
    for (int tries = 0; tries < plan->size; tries++) {
        int i = r * plan->size + rooms[r].turn++ % plan->size;
        if (sockets[i].closed) continue;
        send_message(i, due_at);
        rooms[r].sent++;
        result->sent++;
        return 1;
    }
    return 0;
}

static void keep_windows_full(void)
{
    for (int r = 0; r < plan->rooms; r++)
        while (rooms[r].sent * plan->due - rooms[r].delivered < (int64_t)plan->window * plan->due)
            if (!say_something(r, clock_ns())) break;
}

/* Send what is due by now; returns when the next is due. */
static int64_t keep_the_rate(int64_t now)
{
    for (;;) {
        int64_t due_at = began + (int64_t)(result->sent * 1e9 / plan->rate);
        if (due_at > now || !say_something(result->sent % plan->rooms, due_at)) return due_at;
    }
}

static void count(int i, const char *letters, int64_t now)
{
    int64_t due_at = 0;
    for (int k = 0; k < LETTERS; k++) {
        if (letters[k] < 'a' || letters[k] > 'p') return;
        due_at = due_at << 4 | (letters[k] - 'a');
    }
    if (due_at < began) return;     /* of an earlier run */
    rooms[i / plan->size].delivered++;
    result->delivered++;
    if (now < from || now >= until) return;
    if (result->measured < plan->latency_room) plan->latency_us[result->measured] = (now - due_at) / 1000;
    result->measured++;
}

static void take_frame(int i, int opcode, unsigned char *payload, size_t n, int64_t now)
{
    if (opcode == 8) {
        hang_up(i);
    } else if (opcode == 9 && n < 126) {
        memcpy(out + HEADER, payload, n);
        send_frame(i, 10, n);
    } else if (opcode == 1) {
        char *mark = memmem(payload, n, "@@", 2);
        if (mark && (char *)payload + n - mark >= MARK) count(i, mark + 2, now);
    }
}

static void receive(int i)
{
    static unsigned char in[KEPT + AT_ONCE];
    Socket *s = &sockets[i];
    if (s->have) memcpy(in, s->kept, s->have);
    ssize_t got = recv(plan->fds[i], in + s->have, AT_ONCE, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) hang_up(i);
    if (got <= 0) return;
    int64_t now = clock_ns();
    size_t have = s->have + got, at = 0;
    while (have - at >= 2 && !s->closed) {
        unsigned char *f = in + at;
        size_t n = f[1] & 127, header = n == 126 ? 4 : n == 127 ? 10 : 2;
        if (have - at < header) break;
        if (header > 2) for (size_t k = n = 0; k < header - 2; k++) n = n << 8 | f[2 + k];
        if (have - at < header + n) break;
        take_frame(i, f[0] & 15, f + header, n, now);
        at += header + n;
    }
    s->have = have - at;
    if (s->have > KEPT) hang_up(i), s->have = 0;
    if (s->have) memcpy(s->kept = realloc(s->kept, s->have), in + at, s->have);
}

/* Wait until something comes, or the next message is due; counts the time spent doing nothing. */
static void wait_and_receive(int64_t next)
{
    struct epoll_event events[EVENTS];
    int64_t before = clock_ns(), left = next - before;
    if (left > 0) {
        struct pollfd something = {.fd = epoll, .events = POLLIN};
        struct timespec t = {left / 1000000000, left % 1000000000};
        ppoll(&something, 1, &t, NULL);
    }
    int n = epoll_wait(epoll, events, EVENTS, 0);
    result->idle_ns += clock_ns() - before;
    for (int k = 0; k < n; k++) receive(events[k].data.u32);
}

/* Warm up, measure, then wait up to `drain` seconds for what is still under way. */
void run(const Plan *given, Result *answer)
{
    size_t longest = 0;
    plan = given;
    result = answer;
    sockets = calloc(plan->sockets, sizeof *sockets);
    rooms = calloc(plan->rooms, sizeof *rooms);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < plan->sockets; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, plan->fds[i], &e);
        if (strlen(plan->messages[i]) > longest) longest = strlen(plan->messages[i]);
    }
    out = malloc(HEADER + 10 * longest + plan->body + 128);
    began = clock_ns();
    from = began + (int64_t)(plan->warm * 1e9);
    until = from + (int64_t)(plan->measured * 1e9);
    int64_t end = until + (int64_t)(plan->drain * 1e9), now;
    while ((now = clock_ns()) < end && (now < until || result->delivered < result->sent * plan->due)) {
        int64_t next = now + 5000000;
        if (now < until && plan->window) keep_windows_full();
        else if (now < until) next = keep_the_rate(now);
        wait_and_receive(next < until || now >= until ? next : until);
    }
    result->elapsed_ns = clock_ns() - began;
    for (int r = 0; r < plan->rooms; r++) {
        int64_t missing = rooms[r].sent * plan->due - rooms[r].delivered;
        *(missing > 0 ? &result->lost : &result->surplus) += llabs(missing);
    }
    for (int i = 0; i < plan->sockets; i++) free(sockets[i].kept);
    free(out);
    free(rooms);
    free(sockets);
    close(epoll);
}
