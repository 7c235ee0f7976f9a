using SmartSink.Policy.Documents;

namespace SmartSink.Policy.Validation;

/// <summary>Each rate is a percentage.</summary>
internal static class RateValidator
{
    /// <summary>Checks every rate of a file.</summary>
    public static void Check(PolicyDocument document, DiagnosticBag diagnostics)
    {
        foreach (var section in document.Domains.Prepend(document.Default))
        {
            Check(section.Bounce, "bounce", diagnostics);
            Check(section.Defer, "defer", diagnostics);
        }
    }

    private static void Check(Setting<double>? rate, string key, DiagnosticBag diagnostics)
    {
        if (rate is { } setting && setting.Value is not (>= 0 and <= 100))
        {
            diagnostics.Error(setting.Place, $"{key} = {setting.Value} is not a percentage from 0 to 100");
        }
    }
}
