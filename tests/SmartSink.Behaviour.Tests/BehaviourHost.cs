using System.Net;
using System.Text;
using SmartSink.Behaviour.Events;
using SmartSink.Behaviour.State;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing;

namespace SmartSink.Behaviour.Tests;

/// <summary>A policy whose one behaviour holds for every entry that is given, and a clock that stands still unless told otherwise.</summary>
internal sealed class BehaviourHost
{
    public static readonly PolicyReply Throttle = new(ReplyFactory.Create(451, "4.7.28 slow down", label: ReplyLabel.RateLimit), Stage.Rcpt);

    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly Dictionary<uint, int> _transactions = [];
    private int _revision;
    private IMailboxFilter _filter;

    public BehaviourHost(
        ProviderLimits? limits = null,
        GreylistRule? greylist = null,
        ProviderDelays? delays = null,
        string policy = "[domain.\"gmail.com\"]\nbounce = 0\n",
        double scale = 1,
        int capacity = 100_000,
        IBehaviourObserver? observer = null)
    {
        Memory = new SenderMemory(capacity);
        Context = BehaviourContext.Of(Memory, new Moment(0, Start), observer);
        _filter = null!;
        Load(policy, limits, greylist, delays, scale);
    }

    public SenderMemory Memory { get; }

    public BehaviourContext Context { get; }

    public long Milliseconds { get; set; } = 1_000;

    public Moment Now => new(Milliseconds, Start.AddMilliseconds(Milliseconds));

    public IMailboxFilter Filter => _filter;

    /// <summary>Another revision over the same memory. Each entry of the policy is a provider by itself, but for those of <paramref name="joined"/>.</summary>
    public void Load(string policy, ProviderLimits? limits, GreylistRule? greylist = null, ProviderDelays? delays = null, double scale = 1, int? joined = null)
    {
        using var folder = new TemporaryFolder();
        var snapshot = PolicyLoader.Load(folder.Write("responses.toml", policy)).Snapshot!;
        var throttles = new ThrottleReplies(new ReplyChoice(Throttle));
        ProviderBehaviour?[] providers = [.. Enumerable.Range(0, snapshot.EntryCount).Select(entry => new ProviderBehaviour(joined ?? entry, limits, greylist, delays, throttles))];
        _filter = new BehaviourFilter(snapshot, new PolicyBehaviour(scale, providers, []), Context, ++_revision);
    }

    /// <summary>Likewise, with the behaviour that the policy itself gives.</summary>
    public void LoadAsWritten(string policy)
    {
        using var folder = new TemporaryFolder();
        var snapshot = PolicyLoader.Load(folder.Write("responses.toml", policy)).Snapshot!;
        _filter = new BehaviourFilter(snapshot, snapshot.Behaviour, Context, ++_revision);
    }

    public void Advance(TimeSpan time) => Milliseconds += (long)time.TotalMilliseconds;

    /// <summary>Begins a message; the recipients that follow on the connection belong to it.</summary>
    public void Mail(uint connection = 1) => _transactions[connection] = _transactions.GetValueOrDefault(connection) + 1;

    public FilterAnswer Ask(
        string recipient = "someone@gmail.com", string client = "192.0.2.7", string sender = "news@sender.example", string user = "", uint connection = 1, Stage stage = Stage.Rcpt, string? destination = null) =>
        _filter.Answer(new SessionFacts
        {
            Stage = stage,
            Connection = connection,
            Answer = 1,
            ClientAddress = IPAddress.Parse(client),
            Destination = destination is null ? null : IPAddress.Parse(destination),
            User = Encoding.UTF8.GetBytes(user),
            Helo = "mx.sender.example"u8,
            Sender = Encoding.UTF8.GetBytes(sender),
            SenderDomain = Encoding.UTF8.GetBytes(sender[(sender.LastIndexOf('@') + 1)..]),
            Recipient = Encoding.UTF8.GetBytes(recipient),
            LocalPart = Encoding.UTF8.GetBytes(recipient[..recipient.LastIndexOf('@')]),
            Domain = Encoding.UTF8.GetBytes(recipient[(recipient.LastIndexOf('@') + 1)..]),
            Hostname = "sink.test"u8,
            TransactionId = Encoding.ASCII.GetBytes($"{connection:X5}{_transactions.GetValueOrDefault(connection):X8}"),
            Now = Now,
        });

    /// <summary>The code of the reply to a recipient; 250 when it is accepted.</summary>
    public int Rcpt(string recipient = "someone@gmail.com", string client = "192.0.2.7", string sender = "news@sender.example", string user = "", uint connection = 1) =>
        Ask(recipient, client, sender, user, connection).Reply?.Code ?? 250;

    /// <summary>How many of so many recipients are accepted.</summary>
    public int Accepted(int recipients, string recipient = "someone@gmail.com", string client = "192.0.2.7", string sender = "news@sender.example", string user = "") =>
        Enumerable.Range(0, recipients).Count(_ => Rcpt(recipient, client, sender, user) == 250);

    public void Close(uint connection) => Context.Dialogs.End(connection, Memory);

    public string Text(FilterAnswer answer)
    {
        var output = new ReplyBuffer();
        answer.Reply!.WriteTo(output, default);
        return Encoding.UTF8.GetString(output.Pending).TrimEnd();
    }
}

/// <summary>Writes down what providers do.</summary>
internal sealed class BehaviourRecord : IBehaviourObserver
{
    public List<string> Lines { get; } = [];

    public void LimitHit(IMailboxFilter filter, int entry, ProviderLimit limit) => Lines.Add($"{filter.EntryName(entry)} {limit}");

    public void Greylisted(IMailboxFilter filter, int entry, GreylistResult result) => Lines.Add($"{filter.EntryName(entry)} greylist {result}");

    public void FaultDrawn(AnswerFault fault) => Lines.Add($"fault {fault}");

    public void Delayed(int milliseconds) => Lines.Add($"delay {milliseconds}");

    public void RevisionBegan() => Lines.Add("another revision");

    public void ScheduleBegan(string name, DateTimeOffset? ends) => Lines.Add($"{name} began");

    public void ScheduleEnded(string name) => Lines.Add($"{name} ended");

    public void OverrideAdded(OverrideNotice rule, DateTimeOffset ends) => Lines.Add($"{rule.Id} {rule.Name} until {ends:HH:mm:ss}");

    public void OverrideEnded(OverrideNotice rule) => Lines.Add($"{rule.Id} {rule.Name} ended after {rule.Acted}");

    public void OverrideRemoved(OverrideNotice rule) => Lines.Add($"{rule.Id} {rule.Name} removed after {rule.Acted}");

    public void DuplicateAccepted(IMailboxFilter filter, in DeliveryFacts delivery) => Lines.Add($"{filter.EntryName(delivery.Entry)} duplicate");
}
