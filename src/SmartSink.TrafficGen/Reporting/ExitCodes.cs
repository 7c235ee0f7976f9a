using SmartSink.TrafficGen.Reporting.Documents;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>The run did what was asked.</summary>
    public const int Success = 0;

    /// <summary>It did not: messages failed, it was stopped, a condition of --fail-if held, or the sink counted otherwise.</summary>
    public const int Failure = 1;

    /// <summary>It was asked wrongly.</summary>
    public const int Usage = 2;

    /// <summary>Judges a run that has ended.</summary>
    /// <param name="report">The run, with its conditions and comparison.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="keepGoing">Whether messages may fail; but when not one was answered, nothing was done that was asked.</param>
    public static int Judge(TrafficReport report, TrafficEnd end, bool keepGoing)
    {
        var (accepted, refused, givenUp, _, _) = report.Messages;
        var did = end == TrafficEnd.Complete && (keepGoing ? accepted + refused > 0 : refused + givenUp == 0 && accepted > 0);
        return did && report.FailIf.All(condition => !condition.Holds) && report.Verify is null or { Agrees: true } ? Success : Failure;
    }
}
