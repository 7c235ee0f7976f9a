using System.Net;
using System.Text;
using SmartSink.Behaviour.Events;
using SmartSink.Behaviour.Limits;
using SmartSink.Behaviour.Rules;
using SmartSink.Behaviour.State;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Behaviour;

/// <summary>
/// The policy in force with what providers remember of senders, as sessions ask for it. The memory outlives the policy's revisions.
/// </summary>
public sealed class BehaviourFilters : IMailboxFilterSource
{
    /// <summary>How many keys are remembered at most unless given.</summary>
    public const int DefaultCapacity = SenderMemory.DefaultCapacity;

    private readonly Func<PolicySnapshot> _policy;
    private readonly BehaviourContext _context;

    // By itself: much mail in which duplicates are counted must not push out what providers remember of senders.
    private readonly SenderMemory _deliveries;
    private readonly Lock _gate = new();
    private volatile Revision? _current;

    /// <summary>Remembers nothing yet.</summary>
    /// <param name="policy">The policy in force, whenever it is asked for.</param>
    /// <param name="start">The sink's start.</param>
    /// <param name="capacity">How many keys of senders are remembered at most, and as many messages where duplicates are counted.</param>
    /// <param name="observer">Is told what providers do; null for nobody.</param>
    public BehaviourFilters(Func<PolicySnapshot> policy, Moment start, int capacity = DefaultCapacity, IBehaviourObserver? observer = null)
    {
        _policy = policy;
        Memory = new SenderMemory(capacity);
        _deliveries = new SenderMemory(capacity);
        _context = BehaviourContext.Of(Memory, start, observer, _deliveries);
    }

    /// <inheritdoc/>
    public IMailboxFilter Current => Filter;

    /// <summary>How many keys are remembered.</summary>
    public long Entries => Memory.Count + _deliveries.Count;

    /// <summary>How many keys have made room for others.</summary>
    public long Evictions => Memory.Evictions + _deliveries.Evictions;

    /// <summary>How many senders are blocked. Goes through all that is remembered.</summary>
    public long CountBlocked(Moment now) => Memory.CountBlocked(_context.Clock.At(now));

    /// <summary>The schedules that hold, by name.</summary>
    public IReadOnlyCollection<string> RunningSchedules => Rules.Running;

    /// <summary>How often each rule of the policy has acted, by name.</summary>
    public IReadOnlyCollection<(string Rule, long Times)> RulesActed => Rules.Acted;

    internal SenderMemory Memory { get; }

    internal RuleBook Rules => _context.Rules;

    /// <summary>The rules that are added while the sink runs.</summary>
    internal OverrideBook Overrides => Rules.Overrides;

    /// <summary>What the rates make of an entry's recipients now, in the long run.</summary>
    /// <param name="filter">A revision of these.</param>
    /// <param name="entry">0 to its <see cref="IMailboxFilter.EntryCount"/> - 1.</param>
    public static OutcomeShares SharesOf(IMailboxFilter filter, int entry) =>
        filter is BehaviourFilter behaviour ? behaviour.SharesOf(entry) : throw new ArgumentException("A filter of somebody else", nameof(filter));

    /// <summary>What limits senders now, by the name of each entry that has limits, and how many seconds of those pass in one.</summary>
    internal (double TimeScale, IReadOnlyDictionary<string, ProviderLimits> Limits) LimitsInForce
    {
        get
        {
            var filter = Filter;
            var limits = new Dictionary<string, ProviderLimits>(StringComparer.Ordinal);
            for (var entry = 0; entry < filter.EntryCount; entry++)
            {
                if (filter.LimitsOf(entry) is { } found)
                {
                    limits[filter.EntryName(entry)] = found;
                }
            }

            return (filter.TimeScale, limits);
        }
    }

    /// <summary>Lets schedules begin and end, and overrides end, whose time has come, so that they are told of where no mail comes, too.</summary>
    public void Refresh(in Moment now)
    {
        // A revision that nobody has asked for yet has schedules, too.
        _ = Filter;
        Rules.Refresh(now);
    }

    /// <summary>Adds an override; see <see cref="OverrideBook.Add"/>.</summary>
    internal OverrideResult AddOverride(OverrideText given, IReadOnlyList<OverrideProblem> found, in Moment now) => Overrides.Add(given, found, _policy().Seed, now);

    /// <summary>The overrides that a recipient may meet, the newest first; null when the recipient is neither a mailbox nor a domain.</summary>
    /// <param name="recipient">A mailbox or a domain.</param>
    /// <param name="client">Who sends; null for anybody.</param>
    /// <param name="sender">The sender's mailbox, empty for the null sender; null for anybody.</param>
    /// <param name="now">The moment.</param>
    internal IReadOnlyList<Override>? OverridesMeeting(string recipient, IPAddress? client, string? sender, in Moment now)
    {
        var at = recipient.LastIndexOf('@');
        if (at == 0 || !DomainName.TryNormalize(recipient[(at + 1)..], out string domain))
        {
            return null;
        }

        _policy().Find(Encoding.ASCII.GetBytes(domain), out var cut);
        return Overrides.Meeting(
            at < 0 ? default : Encoding.UTF8.GetBytes(recipient[..at]),
            cut,
            client is { IsIPv4MappedToIPv6: true } ? client.MapToIPv4() : client,
            sender is null ? null : Encoding.UTF8.GetBytes(sender),
            now);
    }

    /// <summary>What is remembered of a client at a recipient's provider; null when the recipient is neither a mailbox nor a domain.</summary>
    /// <param name="recipient">A mailbox or a domain.</param>
    /// <param name="client">The client.</param>
    /// <param name="sender">The sender's mailbox; empty for none.</param>
    /// <param name="user">The user; empty for none.</param>
    /// <param name="now">The moment.</param>
    public SenderRecall? Recall(string recipient, IPAddress client, string sender, string user, in Moment now)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(sender);
        var at = recipient.LastIndexOf('@');
        if (at == 0 || !DomainName.TryNormalize(recipient[(at + 1)..], out string domain))
        {
            return null;
        }

        return Filter.Recall(new SenderRecall { Recipient = recipient, Client = client.ToString() }, new SessionFacts
        {
            Stage = Stage.Rcpt,
            ClientAddress = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client,
            User = Encoding.UTF8.GetBytes(user),
            Sender = Encoding.UTF8.GetBytes(sender),
            SenderDomain = sender.Contains('@', StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(sender[(sender.LastIndexOf('@') + 1)..]) : default,
            Recipient = Encoding.UTF8.GetBytes(recipient),
            LocalPart = at < 0 ? default : Encoding.UTF8.GetBytes(recipient[..at]),
            Domain = Encoding.ASCII.GetBytes(domain),
            Now = now,
        });
    }

    /// <inheritdoc/>
    public void DialogEnded(uint connection) => _context.Dialogs.End(connection, Memory);

    private BehaviourFilter Filter
    {
        get
        {
            var policy = _policy();
            var current = _current;
            return current is not null && ReferenceEquals(current.Policy, policy) ? current.Filter : Begin();
        }
    }

    private BehaviourFilter Begin()
    {
        lock (_gate)
        {
            var policy = _policy();
            var last = _current;
            if (last is not null && ReferenceEquals(last.Policy, policy))
            {
                return last.Filter;
            }

            var number = (last?.Number ?? 0) + 1;
            var filter = new BehaviourFilter(policy, policy.Behaviour, _context, number);
            _current = new Revision(policy, filter, number);
            _context.Observer?.RevisionBegan();
            return filter;
        }
    }

    private sealed record Revision(PolicySnapshot Policy, BehaviourFilter Filter, int Number);
}

/// <summary>What all revisions share.</summary>
/// <param name="Memory">What providers remember of senders.</param>
/// <param name="Keys">Names it.</param>
/// <param name="Dialogs">The dialogs that go on.</param>
/// <param name="Clock">The providers' time.</param>
/// <param name="Rules">The rules that were added while the sink runs, and what outlives a revision of the others.</param>
/// <param name="Deliveries">Counts messages that are accepted again.</param>
/// <param name="Observer">Is told what providers do; null for nobody.</param>
internal sealed record BehaviourContext(
    ISenderMemory Memory, StateKeys Keys, DialogTable Dialogs, ScaledClock Clock, RuleBook Rules, DeliveryCounter Deliveries, IBehaviourObserver? Observer)
{
    /// <summary>That of a sink that starts.</summary>
    public static BehaviourContext Of(ISenderMemory memory, Moment start, IBehaviourObserver? observer, ISenderMemory? deliveries = null)
    {
        var (keys, clock) = (new StateKeys(), new ScaledClock(start));
        var rules = new RuleBook(clock, new TryCounter(memory, keys, clock), observer);
        return new BehaviourContext(memory, keys, new DialogTable(), clock, rules, new DeliveryCounter(deliveries ?? memory, keys, clock), observer);
    }
}
