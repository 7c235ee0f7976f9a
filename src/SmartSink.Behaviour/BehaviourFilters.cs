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
/// The policy in force together with what providers remember about senders, for sessions. The memory outlives the policy's revisions.
/// </summary>
public sealed class BehaviourFilters : IMailboxFilterSource
{
    /// <summary>The default for how many keys are remembered at most.</summary>
    public const int DefaultCapacity = SenderMemory.DefaultCapacity;

    private readonly Func<PolicySnapshot> _policy;
    private readonly BehaviourContext _context;

    // Kept separately: much mail in which duplicates are counted must not displace what providers remember about senders.
    private readonly SenderMemory _deliveries;
    private readonly Lock _gate = new();
    private volatile Revision? _current;

    /// <summary>Starts with an empty memory.</summary>
    /// <param name="policy">Returns the policy in force at the time of the call.</param>
    /// <param name="start">When the sink started.</param>
    /// <param name="capacity">How many keys of senders are remembered at most, and as many messages where duplicates are counted.</param>
    /// <param name="observer">Is notified of what providers do; null for none.</param>
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

    /// <summary>How many keys have been evicted.</summary>
    public long Evictions => Memory.Evictions + _deliveries.Evictions;

    /// <summary>How many senders are blocked. Scans the whole memory.</summary>
    public long CountBlocked(Moment now) => Memory.CountBlocked(_context.Clock.At(now));

    /// <summary>The schedules in force, by name.</summary>
    public IReadOnlyCollection<string> RunningSchedules => Rules.Running;

    /// <summary>How often each rule of the policy has acted, by name.</summary>
    public IReadOnlyCollection<(string Rule, long Times)> RulesActed => Rules.Acted;

    internal SenderMemory Memory { get; }

    internal RuleBook Rules => _context.Rules;

    /// <summary>The rules added while the sink runs.</summary>
    internal OverrideBook Overrides => Rules.Overrides;

    /// <summary>The shares of outcomes that the rates give an entry's recipients now, in the long run.</summary>
    /// <param name="filter">A revision that came from this object.</param>
    /// <param name="entry">0 to its <see cref="IMailboxFilter.EntryCount"/> - 1.</param>
    /// <param name="domain">One of the entry's domains, without the domain suffix, for the shares of its recipients alone; null for those of all.</param>
    public static OutcomeShares SharesOf(IMailboxFilter filter, int entry, string? domain = null) =>
        filter is not BehaviourFilter behaviour ? throw new ArgumentException("A filter of somebody else", nameof(filter))
        : domain is null ? behaviour.SharesOf(entry)
        : behaviour.SharesOf(entry, domain);

    /// <summary>
    /// The limits in force, by the name of each entry that has limits, and how many seconds of the providers' time pass in one real second.
    /// </summary>
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

    /// <summary>
    /// Starts and ends schedules, and ends overrides, whose time has come, so that they are reported even if no mail comes.
    /// </summary>
    public void Refresh(in Moment now)
    {
        // A revision that nobody has asked for yet may have schedules, too.
        _ = Filter;
        Rules.Refresh(now);
    }

    /// <summary>Adds an override; see <see cref="OverrideBook.Add"/>.</summary>
    internal OverrideResult AddOverride(OverrideText given, IReadOnlyList<OverrideProblem> found, in Moment now) => Overrides.Add(given, found, _policy().Seed, now);

    /// <summary>
    /// The overrides that may apply to a recipient, newest first; null when the recipient is neither a mailbox nor a domain.
    /// </summary>
    /// <param name="recipient">A mailbox or a domain.</param>
    /// <param name="client">The client's address; null for any.</param>
    /// <param name="sender">The sender's mailbox, empty for the null sender; null for any.</param>
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

    /// <summary>What a recipient's provider remembers about a client; null when the recipient is neither a mailbox nor a domain.</summary>
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
/// <param name="Memory">What providers remember about senders.</param>
/// <param name="Keys">Makes the keys of that memory.</param>
/// <param name="Dialogs">The open dialogs.</param>
/// <param name="Clock">The providers' time.</param>
/// <param name="Rules">The rules added while the sink runs, and the state of the others that outlives a revision.</param>
/// <param name="Deliveries">Counts messages that are accepted more than once.</param>
/// <param name="Observer">Is notified of what providers do; null for none.</param>
internal sealed record BehaviourContext(
    ISenderMemory Memory, StateKeys Keys, DialogTable Dialogs, ScaledClock Clock, RuleBook Rules, DeliveryCounter Deliveries, IBehaviourObserver? Observer)
{
    /// <summary>The context of a sink that is starting.</summary>
    public static BehaviourContext Of(ISenderMemory memory, Moment start, IBehaviourObserver? observer, ISenderMemory? deliveries = null)
    {
        var (keys, clock) = (new StateKeys(), new ScaledClock(start));
        var rules = new RuleBook(clock, new TryCounter(memory, keys, clock), observer);
        return new BehaviourContext(memory, keys, new DialogTable(), clock, rules, new DeliveryCounter(deliveries ?? memory, keys, clock), observer);
    }
}
