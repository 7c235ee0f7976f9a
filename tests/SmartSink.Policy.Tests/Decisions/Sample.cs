using SmartSink.Smtp;

namespace SmartSink.Policy.Tests.Decisions;

/// <summary>Many recipients of a domain, counted.</summary>
internal static class Sample
{
    public static (int Accepted, int TempFail, int PermFail) Outcomes(PolicySnapshot policy, string domain, int count)
    {
        var counts = new int[3];
        var facts = Dialog.With("someone@" + domain).Facts();
        for (var i = 0; i < count; i++)
        {
            counts[(int)(policy.Answer(facts).Reply?.Outcome ?? Outcome.Accepted)]++;
        }

        return (counts[0], counts[1], counts[2]);
    }

    /// <summary>The codes of the replies to numbered recipients; 250 where there is none.</summary>
    public static int[] Codes(PolicySnapshot policy, string domain, int count)
    {
        var dialog = new Dialog();
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            dialog.Recipient($"user{i}@{domain}");
            return dialog.Ask(policy).Reply?.Code ?? 250;
        })];
    }
}
