using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;

namespace SmartSink.Behaviour.Rules;

/// <summary>
/// Finds the rules for a domain, in their order, however many there are for others. Read without a lock from
/// many threads; callers must not change it concurrently.
/// </summary>
internal sealed class RuleIndex
{
    private readonly RuleLists _names = new();
    private readonly RuleLists _subdomains = new();
    private readonly RuleLists _suffixes = new();
    private volatile ActiveRule[] _everywhere = [];

    public bool IsEmpty => _everywhere.Length == 0 && _names.IsEmpty && _subdomains.IsEmpty && _suffixes.IsEmpty;

    /// <summary>Adds a rule, in the order of <see cref="ActiveRule.Order"/>.</summary>
    public void Add(ActiveRule rule)
    {
        var keys = KeysOf(rule.Rule.Match);
        if (keys.Count == 0)
        {
            _everywhere = With(_everywhere, rule);
        }

        foreach (var key in keys)
        {
            var lists = key.Kind switch
            {
                DomainKeyKind.Name => _names,
                DomainKeyKind.Subdomains => _subdomains,
                _ => _suffixes,
            };
            lists.Change(Encoding.ASCII.GetBytes(key.Domain), rules => With(rules, rule));
        }
    }

    /// <summary>The rules for a domain, given without the domain suffix; for an empty one, the rules that name no domain.</summary>
    public RuleCandidates Of(ReadOnlySpan<byte> domain)
    {
        var found = new RuleCandidates();
        found.Add(_everywhere);
        if (domain.IsEmpty)
        {
            return found;
        }

        found.Add(_names.Of(domain));
        if (!_subdomains.IsEmpty)
        {
            AddSubdomains(ref found, domain);
        }

        if (!_suffixes.IsEmpty && PublicSuffix.LengthOf(domain) is > 0 and var length && domain.Length > length + 1)
        {
            found.Add(_suffixes.Of(domain[..^(length + 1)]));
        }

        return found;
    }

    /// <summary>
    /// The rules for all domains of a name or pattern or, with <see cref="DomainKey.Fallback"/>, for those that no rule names.
    /// </summary>
    public RuleCandidates Of(DomainKey key)
    {
        var name = Encoding.ASCII.GetBytes(key.Domain);
        if (key.Kind == DomainKeyKind.Name)
        {
            return Of(name);
        }

        var found = new RuleCandidates();
        found.Add(_everywhere);
        if (key.Kind == DomainKeyKind.Suffixes)
        {
            found.Add(_suffixes.Of(name));
        }
        else
        {
            found.Add(_subdomains.Of(name));
            AddSubdomains(ref found, name);
        }

        return found;
    }

    /// <summary>Removes all rules that have ended.</summary>
    public void RemoveAll(Predicate<ActiveRule> isOver)
    {
        _everywhere = Array.FindAll(_everywhere, rule => !isOver(rule));
        _names.RemoveAll(isOver);
        _subdomains.RemoveAll(isOver);
        _suffixes.RemoveAll(isOver);
    }

    private void AddSubdomains(ref RuleCandidates found, ReadOnlySpan<byte> domain)
    {
        for (var dot = domain.IndexOf((byte)'.'); dot >= 0; dot = domain.IndexOf((byte)'.'))
        {
            domain = domain[(dot + 1)..];
            found.Add(_subdomains.Of(domain));
        }
    }

    private static ActiveRule[] With(ActiveRule[] rules, ActiveRule rule)
    {
        var at = rules.Length;
        while (at > 0 && rules[at - 1].Order > rule.Order)
        {
            at--;
        }

        return [.. rules[..at], rule, .. rules[at..]];
    }

    // Empty for a rule that applies to every domain.
    private static IReadOnlyCollection<DomainKey> KeysOf(RuleMatch match)
    {
        var keys = match.Domains.Count > 0 ? match.Domains
            : match.Recipient is { } recipient && Glob.DomainOf(recipient) is { } domain ? [KeyOf(domain.ToLowerInvariant())]
            : [];
        return keys.Contains(DomainKey.Fallback) ? [] : [.. keys.Distinct()];
    }

    private static DomainKey KeyOf(string domain) =>
        domain.StartsWith("*.", StringComparison.Ordinal) ? new DomainKey(domain[2..], DomainKeyKind.Subdomains) : new DomainKey(domain, DomainKeyKind.Name);
}

/// <summary>Rules by name; each list is ordered and never changed.</summary>
internal sealed class RuleLists
{
    private readonly ConcurrentDictionary<byte[], ActiveRule[]> _lists = new(ByteComparer.Instance);
    private readonly ConcurrentDictionary<byte[], ActiveRule[]>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private volatile int _count;

    public RuleLists() => _lookup = _lists.GetAlternateLookup<ReadOnlySpan<byte>>();

    public bool IsEmpty => _count == 0;

    public ActiveRule[]? Of(ReadOnlySpan<byte> name) => _count > 0 && _lookup.TryGetValue(name, out var rules) ? rules : null;

    public void RemoveAll(Predicate<ActiveRule> isOver)
    {
        foreach (var (name, _) in _lists)
        {
            Change(name, rules => Array.FindAll(rules, rule => !isOver(rule)));
        }
    }

    public void Change(byte[] name, Func<ActiveRule[], ActiveRule[]> change)
    {
        var changed = change(_lists.GetValueOrDefault(name, []));
        if (changed.Length > 0)
        {
            _lists[name] = changed;
        }
        else
        {
            _lists.TryRemove(name, out _);
        }

        _count = _lists.Count;
    }
}

/// <summary>The rules of several lists, in order; one that is in two lists is returned once.</summary>
internal ref struct RuleCandidates
{
    private const int Room = 6;

    private Lists _lists;
    private Places _places;
    private int _count;

    /// <summary>
    /// Adds a list. There is room for more lists than any file has patterns for one domain; beyond that, rules are added to the last list.
    /// </summary>
    public void Add(ActiveRule[]? rules)
    {
        if (rules is not { Length: > 0 })
        {
            return;
        }

        if (_count < Room)
        {
            _lists[_count++] = rules;
        }
        else
        {
            _lists[Room - 1] = [.. _lists[Room - 1].Union(rules).OrderBy(rule => rule.Order)];
        }
    }

    public bool TryNext(out ActiveRule rule)
    {
        rule = null!;
        for (var i = 0; i < _count; i++)
        {
            if (_places[i] < _lists[i].Length && (rule is null || _lists[i][_places[i]].Order < rule.Order))
            {
                rule = _lists[i][_places[i]];
            }
        }

        if (rule is null)
        {
            return false;
        }

        for (var i = 0; i < _count; i++)
        {
            if (_places[i] < _lists[i].Length && ReferenceEquals(_lists[i][_places[i]], rule))
            {
                _places[i]++;
            }
        }

        return true;
    }

    [InlineArray(Room)]
    private struct Lists
    {
        private ActiveRule[] _first;
    }

    [InlineArray(Room)]
    private struct Places
    {
        private int _first;
    }
}
