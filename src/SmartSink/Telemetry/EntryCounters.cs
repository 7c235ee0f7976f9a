using System.Diagnostics.Metrics;
using SmartSink.Smtp;

namespace SmartSink.Telemetry;

/// <summary>The recipients of one entry of the policy, by outcome and stage.</summary>
internal sealed class EntryCounters(string name)
{
    private static readonly int Stages = LabelWords.Stages.Count;
    private readonly long[] _cells = new long[LabelWords.Outcomes.Count * Stages];

    /// <summary>Counts one recipient.</summary>
    public void Increment(Outcome outcome, Stage stage) => Interlocked.Increment(ref _cells[((int)outcome * Stages) + (int)stage]);

    /// <summary>Those that are not 0.</summary>
    public IEnumerable<Measurement<long>> Read()
    {
        for (var cell = 0; cell < _cells.Length; cell++)
        {
            if (Volatile.Read(ref _cells[cell]) is > 0 and var count)
            {
                yield return count.With(("outcome", LabelWords.Outcomes[cell / Stages]), ("stage", LabelWords.Stages[cell % Stages]), ("domain", name));
            }
        }
    }
}
