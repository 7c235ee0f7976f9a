/*
 * The floor: the least that a process can do and still be spoken to as an SMTP server. Two threads, each with a
 * listener of its own (SO_REUSEPORT) and an epoll; a receive, a look for the end of line or of the message, a send.
 * No policy, no limit, no timeout, no log. What it costs is the kernel's part of a message.
 *
 * usage: floor PORT [REFUSED CLOSED]
 *
 * It listens on 127.0.0.1. Of 10,000 recipients it refuses so many for good, and closes the connection over so many with 421.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 2, EVENTS = 256, REST = 1024, RECEIVE = 65536, REPLIES = 4096, CHANCES = 10000 };

struct connection {
    int socket;
    int in_message;         /* between DATA and its end */
    size_t rest;            /* octets received and not yet understood */
    char *kept;             /* these octets; allocated only where there are any */
};

static uint16_t port;
static unsigned refused, closed;        /* of CHANCES recipients */

static void die(const char *what) { perror(what); exit(1); }

static size_t say(char *to, size_t used, const char *text)
{
    size_t length = strlen(text);
    if (used + length > REPLIES)
        return used;
    memcpy(to + used, text, length);
    return used + length;
}

static void drop(struct connection *c)
{
    close(c->socket);
    free(c->kept);
    free(c);
}

static void greet(int epoll, int listener)
{
    int socket, on = 1;
    while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
        c->socket = socket;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        send(socket, "220 floor ESMTP\r\n", 17, MSG_NOSIGNAL);
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0)
            drop(c);
    }
}

/* The same sequence for each thread (xorshift64). */
static unsigned draw(void)
{
    static __thread uint64_t state = 0x9e3779b97f4a7c15;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state % CHANCES);
}

static const char *judge(void)
{
    unsigned chance = refused + closed > 0 ? draw() : CHANCES;
    if (chance < closed)
        return "421 4.7.0 Too much mail for now, come back later\r\n";
    return chance < closed + refused ? "550 5.1.1 There is no such mailbox here\r\n" : "250 2.0.0 Ok\r\n";
}

/* Answers one line; 1 when the connection shall end. */
static int answer(struct connection *c, const char *line, char *out, size_t *used)
{
    const char *reply = "250 2.0.0 Ok\r\n";
    if (!strncasecmp(line, "EHLO", 4))
        reply = "250-floor\r\n250-PIPELINING\r\n250 8BITMIME\r\n";
    else if (!strncasecmp(line, "DATA", 4)) {
        reply = "354 End with a dot\r\n";
        c->in_message = 1;
    } else if (!strncasecmp(line, "QUIT", 4))
        reply = "221 2.0.0 Bye\r\n";
    else if (!strncasecmp(line, "RCPT", 4))
        reply = judge();
    else if (strncasecmp(line, "MAIL", 4) && strncasecmp(line, "HELO", 4) && strncasecmp(line, "RSET", 4))
        reply = "502 5.5.1 Unknown\r\n";
    *used = say(out, *used, reply);
    return reply[1] == '2';
}

static void serve(struct connection *c, char *in)
{
    char out[REPLIES];
    size_t used = 0, at = 0, end;
    int over = 0;
    if (c->rest > 0)
        memcpy(in, c->kept, c->rest);
    ssize_t got = recv(c->socket, in + c->rest, RECEIVE, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        drop(c);
        return;
    }
    for (end = c->rest + (size_t)got; !over;) {
        char *found = c->in_message ? memmem(in + at, end - at, "\r\n.\r\n", 5) : memmem(in + at, end - at, "\r\n", 2);
        if (found == NULL)
            break;
        if (c->in_message) {
            c->in_message = 0;
            used = say(out, used, "250 2.0.0 Ok\r\n");
            at = (size_t)(found - in) + 5;
        } else {
            over = answer(c, in + at, out, &used);
            /* The end of DATA's own line may begin the end of an empty message. */
            at = (size_t)(found - in) + (c->in_message ? 0 : 2);
        }
    }
    if (used > 0)
        send(c->socket, out, used, MSG_NOSIGNAL);
    c->rest = end - at;
    if (c->in_message && c->rest > 4) {
        at = end - 4;
        c->rest = 4;
    }
    if (over || c->rest > REST) {
        drop(c);
        return;
    }
    if (c->rest > 0) {
        if (c->kept == NULL)
            c->kept = malloc(REST);
        memcpy(c->kept, in + at, c->rest);
    }
}

static void *loop(void *unused)
{
    static __thread char in[REST + RECEIVE];
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct epoll_event events[EVENTS], own = { .events = EPOLLIN, .data.ptr = NULL };
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0)
        die("listen");
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &own) != 0)
        die("epoll");
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                greet(epoll, listener);
            else
                serve(events[i].data.ptr, in);
        }
    }
    return unused;
}

int main(int count, char **arguments)
{
    struct rlimit files;
    pthread_t thread;
    if (count != 2 && count != 4)
        return 2;
    port = (uint16_t)atoi(arguments[1]);
    if (count == 4) {
        refused = (unsigned)atoi(arguments[2]);
        closed = (unsigned)atoi(arguments[3]);
    }
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    for (int i = 1; i < THREADS; i++)
        if (pthread_create(&thread, NULL, loop, NULL) != 0)
            die("thread");
    loop(NULL);
    return 0;
}
