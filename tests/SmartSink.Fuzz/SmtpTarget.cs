using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Fuzz;

/// <summary>
/// A client's octets, given to a session of every kind at once and byte by byte. Both say and report the same; each line (one that ends with a bare CR or LF, too), chunk and
/// message gets its one reply (in LMTP a message one for each recipient); every reply is whole.
/// </summary>
internal static partial class SmtpTarget
{
    private const int MaxUnfinished = 12288;

    private static readonly FixedReply No = new(550, new(5, 1, 1), "No"u8);

    private static readonly ScriptedFilter Filter = new ScriptedFilter()
        .For("no.example", new FilterAnswer { Reply = No, Entry = 1 })
        .For("kept.example", new FilterAnswer { Reply = No, ReplyStage = Stage.Data, Entry = 2 });

    private static readonly AuthOptions Auth = new() { AllowCleartext = true, Judge = OneUser.Parse("a:b") };

    private static readonly (SmtpSessionOptions Options, bool IsTls)[] Kinds =
    [
        (new() { Hostname = "mx.sink.test", OfferStartTls = true, Auth = Auth }, false),
        (new() { Hostname = "mx.sink.test", Protocol = MailProtocol.Lmtp, MaxErrors = 0 }, false),
        (new() { Hostname = "mx.sink.test", Extensions = SmtpExtensions.Default | SmtpExtensions.OnRequest | SmtpExtensions.Xclient, Auth = Auth, MaxErrors = 0, MaxMessageSize = 100, MaxRecipients = 2, MaxMessages = 3 }, true),
    ];

    public static void Run(byte[] input)
    {
        foreach (var (options, isTls) in Kinds)
        {
            var whole = Play(input, options, isTls, byByte: false);
            var split = Play(input, options, isTls, byByte: true);
            if (whole != split)
            {
                throw new InvalidOperationException($"At once:\n{whole}\nByte by byte:\n{split}");
            }
        }
    }

    private static string Play(byte[] input, SmtpSessionOptions options, bool isTls, bool byByte)
    {
        Filter.Asked.Clear();
        var client = new Client(options, isTls);
        if (byByte)
        {
            var steps = new Steps(isLmtp: options.Protocol == MailProtocol.Lmtp);
            for (var at = 0; at < input.Length && client.Action == SessionAction.Read; at++)
            {
                steps.Begin(client.Session);
                var replies = client.Send(input.AsSpan(at, 1));
                steps.End(input[at], replies, client);
            }
        }
        else
        {
            client.Send(input);
        }

        return client.End();
    }

    // The transaction's id and the challenge of CRAM-MD5 are new each time.
    [GeneratedRegex("taken as [0-9A-Z]{13}|334 [A-Za-z0-9+/]{40,}=*", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Unique();

    /// <summary>A connection without a socket.</summary>
    private sealed class Client
    {
        private static readonly Moment Now = new(5000, DateTimeOffset.UnixEpoch);

        private readonly RecordingObserver _observer = new();
        private readonly ReplyBuffer _output = new();
        private readonly StringBuilder _said = new();
        private byte[] _unfinished = [];

        public Client(SmtpSessionOptions options, bool isTls)
        {
            Session = new SmtpSession(options, new FilterSwitch(Filter), _observer, IPAddress.Loopback, number: 1);
            if (isTls)
            {
                Session.TlsEstablished(Now);
            }

            Take(Session.Start(_output, Now));
        }

        public SmtpSession Session { get; }

        public SessionAction Action { get; private set; }

        /// <summary>How many messages have ended.</summary>
        public int Messages => _observer.Messages.Count;

        /// <summary>Sends octets and says how many replies came.</summary>
        public int Send(ReadOnlySpan<byte> bytes)
        {
            _unfinished = [.. _unfinished, .. bytes];
            var replies = 0;
            do
            {
                var step = Session.Advance(_unfinished, _output, Now);
                _unfinished = _unfinished[step.Consumed..];
                replies += Take(step);
            }
            while (Action == SessionAction.Flush);

            return Action != SessionAction.Read || _unfinished.Length <= MaxUnfinished
                ? replies
                : throw new InvalidOperationException($"{_unfinished.Length} octets without an end are still taken for a line");
        }

        /// <summary>Hangs up. All that was said and reported.</summary>
        public string End()
        {
            Session.ConnectionEnded(SessionEndReason.ClientClosed);
            var said = _said.ToString();
            return _observer.Codes.Count == ReplyStream.Count(Encoding.Latin1.GetBytes(said))
                ? $"{Unique().Replace(said, "?")}\n{string.Join('\n', _observer.Events)}\n{Action} {Session.EndReason}"
                : throw new InvalidOperationException($"{_observer.Codes.Count} replies were reported, and said was:\n{said}");
        }

        private int Take(SessionStep step)
        {
            Action = step.Action;
            var replies = ReplyStream.Count(_output.Pending);
            _said.Append(Encoding.Latin1.GetString(_output.Pending));
            _output.Clear();
            return replies;
        }
    }

    /// <summary>Counts the replies to what stands between two points at which the session waits for a new command.</summary>
    private struct Steps(bool isLmtp)
    {
        private int _replies;
        private int _ends;
        private bool _afterCr;
        private bool _inBody;
        private int _messages;

        public void Begin(SmtpSession session) => _inBody = session.IsScanning || session.Droppable > 0;

        public void End(byte octet, int replies, Client client)
        {
            _replies += replies;
            var isOver = _inBody || (_afterCr && octet == '\n');
            _ends += !_inBody && (_afterCr || octet == '\n') ? 1 : 0;
            _afterCr = !_inBody && octet == '\r';
            if (client.Action != SessionAction.Read || (isOver && client.Session.Droppable == 0 && (!_inBody || !client.Session.IsScanning)))
            {
                if (_replies != Math.Max(_ends, 1) && !(_replies > 1 && (client.Action == SessionAction.Close || (isLmtp && client.Messages > _messages))))
                {
                    throw new InvalidOperationException($"{_replies} replies to one command:\n{client.End()}");
                }

                _replies = 0;
                _ends = 0;
                _messages = client.Messages;
            }
        }
    }
}
