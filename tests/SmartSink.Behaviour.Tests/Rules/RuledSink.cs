using System.Globalization;
using System.Net;
using System.Text;
using SmartSink.Behaviour.Events;
using SmartSink.Behaviour.Rules;
using SmartSink.Behaviour.State;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing;

namespace SmartSink.Behaviour.Tests.Rules;

/// <summary>A policy with rules, asked about one recipient after another, and a clock that goes as it is told. It starts at 2026-03-07 10:00 UTC.</summary>
internal sealed class RuledSink : IBehaviourObserver
{
    private readonly BehaviourContext _context;
    private BehaviourFilter _filter = null!;
    private int _revision;

    public RuledSink(string policy, params BehaviourRule[] rules)
        : this(policy, 1, rules)
    {
    }

    public RuledSink(string policy, double timeScale, BehaviourRule[] rules, ProviderBehaviour?[]? providers = null)
    {
        _context = BehaviourContext.Of(new SenderMemory(), Now, this);
        Load(policy, timeScale, rules, providers);
    }

    public RuleBook Book => _context.Rules;

    public PolicySnapshot Policy { get; private set; } = null!;

    public BehaviourFilter Filter => _filter;

    /// <summary>What the observer was told, without delays and faults.</summary>
    public List<string> Told { get; } = [];

    public List<AnswerFault> Faults { get; } = [];

    public List<int> Delays { get; } = [];

    public Moment Now { get; private set; } = new(9_000, new DateTimeOffset(2026, 3, 7, 10, 0, 0, TimeSpan.Zero));

    /// <summary>Another revision of the policy comes into force.</summary>
    public void Load(string policy, params BehaviourRule[] rules) => Load(policy, 1, rules);

    public void Load(string policy, double timeScale, BehaviourRule[] rules, ProviderBehaviour?[]? providers = null, bool countsDuplicates = false)
    {
        Policy = Read(policy);
        _filter = new BehaviourFilter(Policy, new PolicyBehaviour(timeScale, providers ?? [], rules) { CountsDuplicates = countsDuplicates }, _context, ++_revision);
    }

    public static PolicySnapshot Read(string policy)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "responses.toml");
        File.WriteAllText(path, policy);
        var result = PolicyLoader.Load(path);
        return result.Snapshot ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }

    public static PolicyReply Reply(int code, string text, Stage stage = Stage.Rcpt) => new(ReplyFactory.Create(code, text), stage);

    /// <summary>A rule for domains named as in a file, or with nothing for all.</summary>
    public static BehaviourRule Rule(RuleAction action, params string[] domains) => new()
    {
        Name = "rule",
        Match = new RuleMatch { Domains = [.. domains.Select(KeyOf)] },
        Action = action,
    };

    /// <summary>What holds for a domain while a schedule does, as a policy says it that has nothing else for it.</summary>
    public static DomainOverlay Overlay(string policy, string domain, ProviderBehaviour? provider = null)
    {
        var other = Read(policy);
        return new DomainOverlay(other.RulesOf(other.EntryOf(Encoding.ASCII.GetBytes(domain))), provider);
    }

    /// <summary>Adds an override that has no mistake, and gives its id.</summary>
    public string Override(OverrideAction action, OverrideMatch? match = null, double? share = null, int? times = null, string? lasts = null, string? name = null)
    {
        var given = new OverrideText { Do = action, Match = match ?? new OverrideMatch(), Share = share, Times = times, For = lasts, Name = name };
        var result = Book.Overrides.Add(given, [], Policy.Seed, Now);
        return result.Added?.Id ?? throw new InvalidOperationException(string.Join('\n', result.Problems));
    }

    public void Pass(string time)
    {
        var span = TimeSpan.Parse(time, CultureInfo.InvariantCulture);
        Now = new Moment(Now.Milliseconds + (long)span.TotalMilliseconds, Now.Utc + span);
    }

    /// <summary>Sets the calendar and leaves the clock.</summary>
    public void SetCalendar(string time) => Now = Now with { Utc = Now.Utc.Date + TimeSpan.Parse(time, CultureInfo.InvariantCulture) };

    public FilterAnswer Ask(
        string recipient = "", Stage stage = Stage.Rcpt, string sender = "news@sender.example", string client = "192.0.2.25", string? destination = null, uint connection = 1, string id = "A")
    {
        var at = recipient.LastIndexOf('@');
        return _filter.Answer(new SessionFacts
        {
            Stage = stage,
            Connection = connection,
            Answer = 1,
            ClientAddress = IPAddress.Parse(client),
            Destination = destination is null ? null : IPAddress.Parse(destination),
            Sender = Encoding.UTF8.GetBytes(sender),
            SenderDomain = Encoding.UTF8.GetBytes(sender[(sender.LastIndexOf('@') + 1)..]),
            Recipient = Encoding.UTF8.GetBytes(recipient),
            LocalPart = Encoding.UTF8.GetBytes(at < 0 ? recipient : recipient[..at]),
            Domain = at < 0 ? [] : Encoding.ASCII.GetBytes(recipient[(at + 1)..].ToLowerInvariant()),
            Hostname = "sink.test"u8,
            TransactionId = Encoding.ASCII.GetBytes(id),
            Now = Now,
        });
    }

    /// <summary>An answer in words: its code, and what else there is of it.</summary>
    public string Say(
        string recipient = "", Stage stage = Stage.Rcpt, string sender = "news@sender.example", string client = "192.0.2.25", string? destination = null, uint connection = 1, string id = "A")
    {
        var answer = Ask(recipient, stage, sender, client, destination, connection, id);
        string?[] words =
        [
            answer.Reply is { } reply ? reply.Code.ToString(CultureInfo.InvariantCulture) : "ok",
            answer.Reply is not null && answer.ReplyStage == Stage.Data ? "at data" : null,
            answer.Delay > 0 ? $"after {answer.Delay}" : null,
            answer.Fault != AnswerFault.None ? $"{answer.Fault}" : null,
            answer.EndDelay > 0 ? $"data after {answer.EndDelay}" : null,
            answer.EndFault != AnswerFault.None ? $"data {answer.EndFault}" : null,
            answer.WantsMessageId ? "id" : null,
        ];
        return string.Join(' ', words.Where(word => word is not null));
    }

    /// <summary>The bytes that a thousand decisions about p@a.b.example from s@x.example at 192.0.2.1 allocate, behind a hundred that do not count.</summary>
    public long AllocatedByDecisions()
    {
        var facts = new SessionFacts
        {
            Stage = Stage.Rcpt,
            ClientAddress = IPAddress.Parse("192.0.2.1"),
            Sender = "s@x.example"u8,
            Recipient = "p@a.b.example"u8,
            LocalPart = "p"u8,
            Domain = "a.b.example"u8,
            TransactionId = "A"u8,
            Now = Now,
        };
        for (var i = 0; i < 100; i++)
        {
            _filter.Answer(facts);
        }

        Delays.EnsureCapacity(100_000);
        Faults.EnsureCapacity(100_000);
        return AllocatedMemory.ByCaller(facts, asked =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                _filter.Answer(asked);
            }
        });
    }

    public void Deliver(string id, string recipient)
    {
        var facts = new DeliveryFacts { MessageId = Encoding.UTF8.GetBytes(id), Recipient = Encoding.UTF8.GetBytes(recipient), Now = Now };
        _filter.MessageAccepted(facts);
    }

    public void LimitHit(IMailboxFilter filter, int entry, ProviderLimit limit) => Told.Add($"{filter.EntryName(entry)}: {limit}");

    public void Greylisted(IMailboxFilter filter, int entry, GreylistResult result) => Told.Add($"{filter.EntryName(entry)}: {result}");

    public void FaultDrawn(AnswerFault fault)
    {
        lock (Faults)
        {
            Faults.Add(fault);
        }
    }

    public void Delayed(int milliseconds)
    {
        lock (Delays)
        {
            Delays.Add(milliseconds);
        }
    }

    public void RevisionBegan()
    {
        // Its revisions are made by the test itself.
    }

    public void ScheduleBegan(string name, DateTimeOffset? ends) =>
        Told.Add($"{name} until {(ends is { } end ? end.ToString("HH:mm:ss", CultureInfo.InvariantCulture) : "ever")}");

    public void ScheduleEnded(string name) => Told.Add($"{name} ended");

    public void OverrideAdded(OverrideNotice rule, DateTimeOffset ends) => Told.Add($"{rule.Id} {rule.Name} until {ends:HH:mm:ss}");

    public void OverrideEnded(OverrideNotice rule) => Told.Add($"{rule.Id} {rule.Name} ended after {rule.Acted}");

    public void OverrideRemoved(OverrideNotice rule) => Told.Add($"{rule.Id} {rule.Name} removed after {rule.Acted}");

    public void DuplicateAccepted(IMailboxFilter filter, in DeliveryFacts delivery) =>
        Told.Add($"{Encoding.UTF8.GetString(delivery.MessageId)} again for {Encoding.UTF8.GetString(delivery.Recipient)}");

    private static DomainKey KeyOf(string name) =>
        name.StartsWith("*.", StringComparison.Ordinal) ? new DomainKey(name[2..], DomainKeyKind.Subdomains)
        : name.EndsWith(".*", StringComparison.Ordinal) ? new DomainKey(name[..^2], DomainKeyKind.Suffixes)
        : new DomainKey(name == "*" ? string.Empty : name, DomainKeyKind.Name);
}
