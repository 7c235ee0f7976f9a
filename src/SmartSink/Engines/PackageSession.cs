using System.Net;
using System.Text;
using SmartSink.Connections;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Protocol;

namespace SmartSink.Engines;

/// <summary>
/// One client of the package. The package reads commands and decides what may follow what; here the policy is asked, and what becomes of
/// the dialog is told as the own engine tells it. All of it runs where the package awaits, one step at a time, but for
/// <see cref="Attend"/>, which any thread may call.
/// </summary>
internal sealed partial class PackageSession
{
    private readonly ListenerContext _context;
    private readonly SmtpSessionOptions _options;
    private readonly byte[] _hostname;
    private readonly IPAddress _client;
    private readonly IPAddress? _destination;
    private readonly ServerIdentity? _identity;
    private PackageTransaction? _transaction;
    private byte[] _helo = [];
    private byte[]? _user;
    private AuthMechanism _mechanism;
    private bool _isAnswered;
    private bool _isRefused;
    private int _errors;
    private int _messages;

    /// <summary>Why the dialog ended; <see cref="SessionEndReason.None"/> while it goes on.</summary>
    public SessionEndReason EndReason { get; private set; }

    private bool IsEnded => EndReason != SessionEndReason.None;

    /// <summary>Has the package tell what it is about to do.</summary>
    public void Attach(ISessionContext package) => package.CommandExecuting += (_, told) => Begin(told.Command);

    /// <summary>The greeting, or what the policy says in its place.</summary>
    public void Greet()
    {
        if (!IsEnded)
        {
            var reply = Ask(_context.Filters.Current, Stage.Connect, PackageReplies.Greeting(_hostname, _identity?.Banner ?? _options.Banner));
            _isRefused = !IsPositive(reply);
            CloseIfAsked(reply);
        }
    }

    /// <summary>MAIL, as the package understood it.</summary>
    public bool TakeSender(IMailbox sender)
    {
        _transaction = new PackageTransaction(_context.Filters.Current, Address(sender), Encoding.UTF8.GetBytes(sender.Host), _context.Now().Milliseconds);
        var reply = Ask(_transaction.Filter, Stage.Mail, StandardReplies.SenderOk);
        if (!IsPositive(reply))
        {
            _transaction = null;
        }

        CloseIfAsked(reply);
        return IsPositive(reply);
    }

    /// <summary>RCPT, as the package understood it.</summary>
    public bool TakeRecipient(IMailbox recipient)
    {
        var transaction = _transaction!;
        var kept = new PackageRecipient(Address(recipient), Encoding.UTF8.GetBytes(recipient.User), PackageTransaction.LookUpForm(recipient.Host));
        var facts = Facts(Stage.Rcpt, kept);
        var isFull = transaction.Accepted.Count >= _options.MaxRecipients;
        var answer = isFull
            ? new FilterAnswer { Reply = StandardReplies.TooManyRecipients, Entry = transaction.Filter.EntryOf(kept.Domain) }
            : transaction.Filter.Answer(facts);
        var isLater = answer is { Reply: not null, ReplyStage: Stage.Data };
        var reply = isLater ? StandardReplies.RecipientOk : answer.Reply ?? StandardReplies.RecipientOk;
        Say(reply, facts);
        if (IsPositive(reply))
        {
            transaction.Accepted.Add(answer.Entry);
            if (isLater && transaction.KeptReply is null)
            {
                (transaction.KeptReply, transaction.Decider) = (answer.Reply, kept);
            }
        }
        else
        {
            transaction.HasRefused = true;
            _context.SessionObserver.RecipientDecided(transaction.Filter, answer.Entry, reply.Outcome, Stage.Rcpt);
            _context.SessionObserver.Refused(facts, reply);
        }

        CloseIfAsked(reply);
        return IsPositive(reply);
    }

    /// <summary>The end of data.</summary>
    public void TakeMessage()
    {
        var transaction = _transaction!;
        var (size, now) = (_scanner.Size, _context.Now());
        var facts = Facts(Stage.Data, transaction.Decider);
        var isTooBig = _options.MaxMessageSize > 0 && size > _options.MaxMessageSize;
        var reply = isTooBig ? StandardReplies.MessageTooBig : transaction.KeptReply ?? transaction.Filter.Answer(facts).Reply ?? StandardReplies.MessageAccepted;
        _messages++;
        Say(reply, facts);
        foreach (var entry in transaction.Accepted)
        {
            _context.SessionObserver.RecipientDecided(transaction.Filter, entry, reply.Outcome, Stage.Data);
        }

        _context.SessionObserver.MessageEnded(new MessageFacts
        {
            TransactionId = transaction.Id,
            ClientAddress = _client,
            User = _user,
            Sender = transaction.Sender,
            Outcome = reply.Outcome,
            Code = reply.Code,
            Recipients = transaction.Accepted.Count,
            Size = size,
            TransactionTime = TimeSpan.FromMilliseconds(now.Milliseconds - transaction.StartedAt),
            DataTime = TimeSpan.FromMilliseconds(now.Milliseconds - transaction.DataStartedAt),
        });
        if (!IsPositive(reply))
        {
            _context.SessionObserver.Refused(facts, reply);
        }

        _transaction = null;
        CloseIfAsked(reply);
    }

    /// <summary>The end of AUTH PLAIN or LOGIN.</summary>
    public bool Authenticate(string? user, string? password)
    {
        var name = Encoding.UTF8.GetBytes(user ?? string.Empty);
        var result = !UserName.IsValid(name)
            ? AuthResult.Malformed
            : _options.Auth.Judge.Judge(new Credentials { Mechanism = _mechanism, User = name, Secret = Encoding.UTF8.GetBytes(password ?? string.Empty) });
        EndAuthentication(result, result == AuthResult.Malformed ? default : name);
        return result == AuthResult.Accepted;
    }

    /// <summary>The package wants a reply to be sent. Where the policy has answered, its reply is none; else it is put into our words.</summary>
    /// <param name="package">What the package would have said, one line or several.</param>
    public void TakeReply(ReadOnlySpan<byte> package)
    {
        if (_isAnswered || IsEnded)
        {
            return;
        }

        var code = PackageReplies.CodeOf(package);
        switch (code)
        {
            case 354:
                _transaction!.DataStartedAt = _context.Now().Milliseconds;
                BeginData();
                Say(StandardReplies.SendData);
                _isAnswered = false;
                break;
            case 334:
                _replies.Write(package.TrimEnd(" \r\n"u8));
                _replies.Write(package.Length > 8 ? "\r\n"u8 : " \r\n"u8);
                _context.SessionObserver.ReplyWritten(code);
                break;
            case 221:
                Say(_identity is null ? StandardReplies.Bye : new FixedReply(code, new(2, 0, 0), (byte[])[.. _hostname, .. " closing connection"u8]));
                End(SessionEndReason.Quit);
                break;
            case 535:
                EndAuthentication(AuthResult.Malformed, user: default);
                break;
            default:
                Fail(PackageReplies.InOurWords(code, package, _verb, new PackageState(
                    IsGreeted: _helo.Length > 0,
                    IsTls: IsSecure,
                    OffersTls: _options.OfferStartTls && Has(SmtpExtensions.StartTls),
                    IsAuthenticated: _user is not null,
                    HasSender: _transaction is not null,
                    HasRefused: _transaction is { HasRefused: true })));
                break;
        }
    }

    /// <summary>The package gave the dialog up by an exception.</summary>
    public void Fault(Exception error)
    {
        if (!IsEnded)
        {
            _context.Log.ConnectionFailed(error, _id, _client, _context.Listener);
            End(SessionEndReason.InternalError);
        }
    }

    private static bool IsPositive(Reply reply) => reply.Outcome == Outcome.Accepted;

    private static byte[] Address(IMailbox mailbox) =>
        mailbox.User.Length + mailbox.Host.Length == 0 ? [] : Encoding.UTF8.GetBytes($"{mailbox.User}@{mailbox.Host}");

    /// <summary>A command that the package accepts, before it is carried out.</summary>
    private void Begin(SmtpCommand command)
    {
        switch (command)
        {
            case QuitCommand:
                break;
            case ProxyCommand:
                Refuse(StandardReplies.UnknownCommand);
                break;
            case var _ when _isRefused:
                Refuse(command is EhloCommand or HeloCommand ? StandardReplies.HelloRefused : StandardReplies.ServiceRefused);
                break;
            case MailCommand or RcptCommand or DataCommand or RsetCommand or AuthCommand when _options.RequireTls && !IsSecure:
                Refuse(StandardReplies.TlsFirst);
                break;
            case MailCommand when _options.MaxMessages > 0 && _messages >= _options.MaxMessages:
                Say(StandardReplies.TooManyMessages);
                End(SessionEndReason.TooManyMessages);
                throw Veto();
            case EhloCommand hello:
                Hello(hello.DomainOrAddress, PackageReplies.Ehlo(_hostname, _options, IsSecure));
                break;
            case HeloCommand hello:
                Hello(hello.DomainOrAddress, new FixedReply(250, default, _hostname));
                break;
            case AuthCommand auth:
                _mechanism = auth.Method == AuthenticationMethod.Login ? AuthMechanism.Login : AuthMechanism.Plain;
                var isOff = _options.Auth.Mode == AuthMode.Off || !Has(SmtpExtensions.Auth);
                if (isOff || !_options.Auth.Mechanisms.Contains(_mechanism))
                {
                    Refuse(isOff ? StandardReplies.NotImplemented : StandardReplies.UnknownMechanism);
                }

                break;
            case RsetCommand:
                Abandon();
                break;
        }
    }

    private bool Has(SmtpExtensions extension) => (_options.Extensions & extension) != SmtpExtensions.None;

    private void Hello(string name, FixedReply positive)
    {
        var previous = _helo;
        _helo = Encoding.UTF8.GetBytes(name);
        var reply = Ask(_context.Filters.Current, Stage.Ehlo, positive);
        CloseIfAsked(reply);
        if (!IsPositive(reply))
        {
            _helo = previous;
            throw Veto();
        }
    }

    /// <summary>Answers a command in the package's place, which then takes it for refused.</summary>
    private void Refuse(FixedReply reply)
    {
        Fail(reply);
        throw Veto();
    }

    private SmtpResponseException Veto() => new(SmtpResponse.BadSequence, quit: IsEnded);

    private void EndAuthentication(AuthResult result, ReadOnlySpan<byte> user)
    {
        _context.SessionObserver.Authenticated(new AuthenticationFacts { ClientAddress = _client, Mechanism = _mechanism, User = user, Result = result });
        _user = result == AuthResult.Accepted ? user.ToArray() : _user;
        Fail(result switch
        {
            AuthResult.Accepted => StandardReplies.Authenticated,
            AuthResult.TempFail => StandardReplies.AuthTempFail,
            AuthResult.Refused => StandardReplies.AuthRefused,
            _ => StandardReplies.BadAuthMessage,
        });
    }

    private Reply Ask(IMailboxFilter filter, Stage stage, FixedReply positive)
    {
        var facts = Facts(stage);
        var reply = filter.Answer(facts).Reply ?? positive;
        Say(reply, facts);
        if (!IsPositive(reply))
        {
            _context.SessionObserver.Refused(facts, reply);
        }

        return reply;
    }

    private SessionFacts Facts(Stage stage, PackageRecipient? recipient = null) => new()
    {
        Stage = stage,
        ClientAddress = _client,
        Destination = _destination,
        User = _user,
        Helo = _helo,
        Sender = _transaction?.Sender,
        SenderDomain = _transaction?.SenderDomain,
        Recipient = recipient?.Address,
        LocalPart = recipient?.LocalPart,
        Domain = recipient?.Domain,
        Hostname = _hostname,
        IsTls = IsSecure,
        TransactionId = _transaction?.Id,
        Now = _context.Now(),
    };

    private void Fail(Reply reply)
    {
        if (_options.MaxErrors > 0 && reply.Code is (>= 500 and <= 504) or 535 or 555 && ++_errors > _options.MaxErrors)
        {
            Say(StandardReplies.TooManyErrors);
            End(SessionEndReason.TooManyErrors);
        }
        else
        {
            Say(reply);
        }
    }

    private void Say(Reply reply, in SessionFacts facts = default)
    {
        reply.WriteTo(_replies, facts);
        _isAnswered = true;
        _context.SessionObserver.ReplyWritten(reply.Code);
    }

    private void CloseIfAsked(Reply reply)
    {
        if (reply.Closes)
        {
            End(SessionEndReason.PolicyClosed);
        }
    }

    private void Abandon()
    {
        if (_transaction is { } transaction)
        {
            _transaction = null;
            _context.SessionObserver.TransactionAbandoned(transaction.Accepted.Count);
        }
    }

    private void End(SessionEndReason reason)
    {
        if (!IsEnded)
        {
            EndReason = reason;
            Abandon();
        }
    }
}
