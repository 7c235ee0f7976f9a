using SmartSink.Policy.Documents;
using SmartSink.Policy.Merging;

namespace SmartSink.Policy.Validation;

/// <summary>No more than all recipients can be refused, also when one rate is a domain's own and the other inherited.</summary>
internal static class RateSumValidator
{
    /// <summary>Checks the sums of all entries that give a rate themselves; the others have the sum of one that does.</summary>
    public static void Check(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        var resolver = new DomainResolver(policy);
        foreach (var domain in policy.Domains.Prepend(policy.Default))
        {
            if (domain.Bounce is null && domain.Defer is null)
            {
                continue;
            }

            var resolved = resolver.Resolve(domain);
            if (resolved.Bounce.Percent + resolved.Defer.Percent > 100 && IsPercentage(domain.Bounce) && IsPercentage(domain.Defer))
            {
                diagnostics.Error(
                    LaterOf(domain),
                    $"bounce {Describe(resolved.Bounce, domain)} and defer {Describe(resolved.Defer, domain)} add up to {resolved.Bounce.Percent + resolved.Defer.Percent} percent, more than 100");
            }
        }
    }

    // A rate that is no percentage has been reported as that.
    private static bool IsPercentage(Setting<double>? rate) => rate is not { } setting || setting.Value is >= 0 and <= 100;

    private static Place LaterOf(MergedDomain domain)
    {
        if (domain.Bounce is { } bounce && domain.Defer is { } defer)
        {
            return bounce.Place.File == defer.Place.File && bounce.Place.Line > defer.Place.Line ? bounce.Place : defer.Place;
        }

        return (domain.Bounce ?? domain.Defer)!.Value.Place;
    }

    private static string Describe(ResolvedRate rate, MergedDomain domain) =>
        rate.Owner == domain || rate.Place is not { } place ? $"{rate.Percent}" : $"{rate.Percent} (from {place})";
}
