using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SmartSink.Connections;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmtpServer.IO;
using SmtpServer.Mail;
using SmtpServer.Protocol;

namespace SmartSink.Engines;

/// <summary>
/// A session whose commands the package reads; it decides what may follow what, and asks here about senders, recipients and messages. It
/// is given one line at a time, so that every line is answered before the next one, and a message at its end, as far as it is within the
/// limit.
/// </summary>
internal sealed class PackageSession(PackageEngine engine, SmtpSessionOptions options, ListenerContext context, IPAddress client, uint number)
    : MailSession(options, context.Filters, context.SessionObserver, client, number), ISecurableDuplexPipe
{
    /// <summary>A line without an end beyond this has none.</summary>
    private const int MaxLine = 8 * 1024;

    // Who writes runs the reader, up to where it wants more.
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, resumeWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _heard = new(Inline);
    private readonly Pipe _said = new(Inline);
    private TaskCompletionSource? _handshake;
    private Exception? _fault;
    private bool _isLeft;

    // The call under way.
    private ReplyBuffer _output = null!;
    private Moment _now;
    private string _verb = string.Empty;
    private AuthMechanism _mechanism;

    PipeReader IDuplexPipe.Input => _heard.Reader;

    PipeWriter IDuplexPipe.Output => _said.Writer;

    bool ISecurableDuplexPipe.IsSecure => _isTls;

    SslProtocols ISecurableDuplexPipe.SslProtocol => SslProtocols.None;

    /// <inheritdoc/>
    public override SessionStep Start(ReplyBuffer output, Moment now)
    {
        (_output, _now, _lastHeard) = (output, now, now.Milliseconds);
        engine.Begin(this);
        TakeAnswer(isAnswered: true);
        return Conclude();
    }

    /// <inheritdoc/>
    public override void TlsEstablished(Moment now)
    {
        base.TlsEstablished(now);
        _handshake?.SetResult();
    }

    /// <summary>The package is about to greet. What it says itself is dropped, as all of its replies are that were given in its place.</summary>
    public string Greet()
    {
        Greet(_output, _now);
        return string.Empty;
    }

    /// <summary>A command that the package accepts, before it is carried out.</summary>
    public void Begin(SmtpCommand command)
    {
        switch (command)
        {
            case QuitCommand:
                break;
            case ProxyCommand:
                Refuse(StandardReplies.UnknownCommand);
                break;
            case var _ when _state == SessionState.Refused:
                Refuse(command is EhloCommand or HeloCommand ? StandardReplies.HelloRefused : StandardReplies.ServiceRefused);
                break;
            case MailCommand or RcptCommand or DataCommand or RsetCommand or AuthCommand when NeedsTls:
                Refuse(StandardReplies.TlsFirst);
                break;
            case MailCommand when _profile.Options.MaxMessages is > 0 and var limit && _messages >= limit:
                Say(StandardReplies.TooManyMessages, _output);
                End(SessionEndReason.TooManyMessages);
                throw Veto();
            case EhloCommand when _profile.RefusesEhlo:
                Refuse(StandardReplies.NotImplemented);
                break;
            case EhloCommand hello:
                Hello(hello.DomainOrAddress, isExtended: true);
                break;
            case HeloCommand hello:
                Hello(hello.DomainOrAddress, isExtended: false);
                break;
            case AuthCommand auth:
                _mechanism = auth.Method == AuthenticationMethod.Login ? AuthMechanism.Login : AuthMechanism.Plain;
                if (!Knows(SmtpExtensions.Auth) || !_profile.Options.Auth.Mechanisms.Contains(_mechanism))
                {
                    Refuse(Knows(SmtpExtensions.Auth) ? StandardReplies.UnknownMechanism : StandardReplies.NotImplemented);
                }

                break;
            case StartTlsCommand when !_isTls && !CanStartTls:
                Refuse(StandardReplies.NotImplemented);
                break;
            case StartTlsCommand when StartTlsDenial == StartTlsDenial.Unavailable:
                RefuseTls(_output);
                throw Veto();
            case DataCommand when _transaction is { AcceptedCount: > 0 } && IsDataDenied(_output):
                throw Veto();
            case RsetCommand:
                AbandonTransaction();
                _observer.Noted(ClientAct.Reset, _number);
                break;
        }
    }

    /// <summary>MAIL, as the package understood it.</summary>
    public bool TakeSender(IMailbox sender)
    {
        var address = Address(sender);
        var isTaken = JudgeSender(address, address.AsSpan(address.Length - Encoding.UTF8.GetByteCount(sender.Host)), _output, _now);
        if (isTaken)
        {
            // Parameters are not looked at, and whoever announced such a message is not to be blamed for it.
            _transaction!.IsEightBit = true;
        }

        return isTaken;
    }

    /// <summary>RCPT, as the package understood it.</summary>
    public bool TakeRecipient(IMailbox recipient) => JudgeRecipient(
        _transaction!, Facts(Stage.Rcpt, _now, Address(recipient), Encoding.UTF8.GetBytes(recipient.User), LookUpForm(recipient.Host)), _output);

    /// <summary>The end of data.</summary>
    public void TakeMessage() => EndMessage(_transaction!, each: false, _output, _now);

    /// <summary>The end of AUTH PLAIN or LOGIN.</summary>
    public bool Authenticate(string? user, string? password)
    {
        var name = Encoding.UTF8.GetBytes(user ?? string.Empty);
        var result = !UserName.IsValid(name)
            ? AuthResult.Malformed
            : _profile.Options.Auth.Judge.Judge(new Credentials { Mechanism = _mechanism, User = name, Secret = Encoding.UTF8.GetBytes(password ?? string.Empty) });
        EndAuth(_mechanism, result == AuthResult.Malformed ? [] : name, result, ReplyTo(result), _output);
        return result == AuthResult.Accepted;
    }

    /// <summary>The package gave the session up by an exception.</summary>
    public void Fault(Exception error) => _fault = error;

    /// <summary>The package wants TLS; the connection does the handshake.</summary>
    Task ISecurableDuplexPipe.UpgradeAsync(X509Certificate certificate, SslProtocols protocols, CancellationToken cancellationToken)
    {
        _handshake = new();
        return _handshake.Task;
    }

    /// <summary>The package has no more use for the session.</summary>
    void IDisposable.Dispose() => _isLeft = true;

    private protected override int Take(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now)
    {
        (_output, _now) = (output, now);
        var taken = IsScanning ? TakeData(input) : TakeLine(input);
        if (taken > 0)
        {
            _lastHeard = now.Milliseconds;
        }

        return taken;
    }

    private protected override void TakeChunk(long bytes, ReplyBuffer output, in Moment now) =>
        throw new NotSupportedException("The package has no BDAT.");

    private protected override void End(SessionEndReason reason)
    {
        base.End(reason);
        _heard.Writer.Complete();
        _handshake?.TrySetResult();
    }

    private static byte[] Address(IMailbox mailbox) =>
        mailbox.User.Length + mailbox.Host.Length == 0 ? [] : Encoding.UTF8.GetBytes($"{mailbox.User}@{mailbox.Host}");

    /// <summary>A domain as the policy looks it up; an address literal keeps its brackets.</summary>
    private static byte[] LookUpForm(string domain) =>
        Encoding.UTF8.GetBytes(DomainName.TryNormalize(domain, out var normalized) ? normalized : domain.ToLowerInvariant());

    private int TakeLine(ReadOnlySpan<byte> input)
    {
        var end = input.IndexOf("\r\n"u8);
        if (end < 0 ? input.Length >= MaxLine : end > MaxLine - 2)
        {
            Say(StandardReplies.EndlessLine, _output);
            End(SessionEndReason.LineTooLong);
            return input.Length;
        }

        if (end < 0)
        {
            return 0;
        }

        _verb = Encoding.ASCII.GetString(input[..Math.Min(end, 16)]).Split(' ')[0].ToUpperInvariant();
        _heard.Writer.Write(input[..(end + 2)]);
        HandOver();
        return end + 2;
    }

    private int TakeData(ReadOnlySpan<byte> input)
    {
        var transaction = _transaction!;
        var wasTooBig = IsTooBig(transaction);
        var isWhole = transaction.Scanner.Scan(input, out var taken);
        if (transaction.IsReading)
        {
            transaction.Read(input[..taken], isWhole);
        }

        if (!wasTooBig)
        {
            _heard.Writer.Write(input[..taken]);
        }
        else if (isWhole)
        {
            // What was left out ends here; the octet in front keeps a dot before it from being taken for a part of the end.
            _heard.Writer.Write("-\r\n.\r\n"u8);
        }

        if (isWhole)
        {
            _state = SessionState.Greeted;
            _messages++;
            HandOver();
        }

        return taken;
    }

    /// <summary>The package takes what was written for it, and answers.</summary>
    private void HandOver()
    {
        var before = _output.Length;
        _ = _heard.Writer.FlushAsync().AsTask();
        TakeAnswer(isAnswered: _output.Length > before || SaysNothing);
        StopIfAsked(_output);
    }

    private void TakeAnswer(bool isAnswered)
    {
        if (_fault is not null)
        {
            ExceptionDispatchInfo.Throw(_fault);
        }

        if (_said.Reader.TryRead(out var result))
        {
            ReadOnlySpan<byte> answer = result.Buffer.ToArray();
            _said.Reader.AdvanceTo(result.Buffer.End);
            if (!isAnswered && _state != SessionState.Ended)
            {
                Translate(answer[..answer.IndexOf("\r\n"u8)]);
            }
        }

        if (_isLeft && _state != SessionState.Ended)
        {
            throw new InvalidOperationException("The package has left the session.");
        }
    }

    /// <summary>Says what the package said, in our words.</summary>
    /// <param name="line">A reply's only line, or the first of two for one failure.</param>
    private void Translate(ReadOnlySpan<byte> line)
    {
        var code = PackageReplies.CodeOf(line);
        switch (code)
        {
            case 354:
                _transaction!.BeginData(_now);
                _state = SessionState.Data;
                Say(StandardReplies.SendData, _output);

                // The package looks for CRLF.CRLF, and not for what an empty message is: the CRLF of the command is given to it once more.
                _heard.Writer.Write("\r\n"u8);
                break;
            case 334:
                var challenge = line[4..].Trim((byte)' ');
                _output.Write("334 "u8);
                _output.Write(challenge);
                _output.Write("\r\n"u8);
                _observer.ReplyWritten(code);
                break;
            case 220:
                Say(StandardReplies.ReadyForTls, _output);
                _state = SessionState.Upgrading;
                break;
            case 221:
                Say(_profile.Bye, _output);
                End(SessionEndReason.Quit);
                break;
            case 535:
                EndAuth(_mechanism, [], AuthResult.Malformed, StandardReplies.BadAuthMessage, _output);
                break;
            case 501 when line[4..].StartsWith("expected "u8):
                // Out of sequence, which lists what was expected.
                Fail(OutOfSequence(), _output);
                break;
            default:
                Fail(PackageReplies.InOurWords(code, line, _verb), _output);
                break;
        }
    }

    private FixedReply OutOfSequence() => _verb switch
    {
        "STARTTLS" when _isTls => StandardReplies.TlsActive,
        "STARTTLS" when _transaction is not null => StandardReplies.TlsInTransaction,
        "STARTTLS" when !CanStartTls => StandardReplies.NotImplemented,
        "STARTTLS" => StandardReplies.EhloFirst,
        _ when _state != SessionState.Greeted => StandardReplies.HelloFirst,
        "AUTH" when _transaction is not null => StandardReplies.AuthInTransaction,
        "AUTH" when _user is not null => StandardReplies.AlreadyAuthenticated,
        "AUTH" => CanStartTls ? StandardReplies.AuthNeedsTls : StandardReplies.NotImplemented,
        "DATA" when _transaction is { HasRefused: var hasRefused } => hasRefused ? StandardReplies.NoValidRecipients : StandardReplies.RcptFirst,
        "RCPT" or "DATA" => StandardReplies.MailFirst,
        _ => StandardReplies.NestedMail,
    };

    private void Hello(string name, bool isExtended)
    {
        if (!TakeHello(Encoding.UTF8.GetBytes(name), isExtended, _output, _now))
        {
            throw Veto();
        }
    }

    /// <summary>Answers a command in the package's place, which then takes it for refused.</summary>
    private void Refuse(FixedReply reply)
    {
        Fail(reply, _output);
        throw Veto();
    }

    private SmtpResponseException Veto() => new(SmtpResponse.BadSequence, quit: _state == SessionState.Ended);
}
