using SmartSink.Policy.Documents;
using SmartSink.Policy.Merging;

namespace SmartSink.Policy.Validation;

/// <summary>The domains of <c>[[mx]]</c> have entries.</summary>
internal static class MxValidator
{
    /// <summary>Checks every domain of every server that a network leads to.</summary>
    public static void Check(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        foreach (var domain in policy.Networks.Values.Select(network => network.Server).Distinct().SelectMany(server => server.Domains))
        {
            if (!policy.TryFind(domain.Value, out _))
            {
                diagnostics.Warning(domain.Place, $"no file has a table or replies of \"{domain.Value}\": what holds for it here is [default] or a pattern");
            }
        }
    }
}
