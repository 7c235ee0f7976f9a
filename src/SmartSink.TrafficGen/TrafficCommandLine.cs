using System.CommandLine;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen;

/// <summary>The program as it is called from a shell.</summary>
internal static class TrafficCommandLine
{
    /// <summary>Reads the command line and hands what it says to a session.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TrafficSession session)
    {
        var flags = FlagCatalog.Create(FigureCatalog.Known);
        var root = new RootCommand("traffic-gen sends test mail to a sink, or to an MTA in front of it.");
        foreach (var flag in flags)
        {
            root.Add(flag.Option);
        }

        root.SetAction(async (line, _) =>
        {
            var errors = new List<string>();
            var options = OptionsReader.Read(flags, line, errors);
            return errors.Count > 0 ? session.Refuse(errors) : await session.RunAsync(options);
        });
        var line = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        // One that was taken for a value is missing elsewhere, and the errors about that would say nothing to anybody.
        List<string> mistakes = [.. FlagRules.FindForgottenValues(flags, line)];
        if (mistakes.Count == 0)
        {
            mistakes.AddRange(line.Errors.Select(mistake => mistake.Message));
        }

        return mistakes.Count > 0 ? session.Refuse(mistakes) : await InvokeAsync(line, session);
    }

    private static async Task<int> InvokeAsync(ParseResult line, TrafficSession session)
    {
        try
        {
            // Signals belong to the session, and a defect is to be seen with its whole stack.
            return await line.InvokeAsync(new InvocationConfiguration
            {
                Output = session.Output,
                Error = session.Error,
                ProcessTerminationTimeout = null,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Standard output is full or closed.
            session.Tell(exception.Message);
            return ExitCodes.Failure;
        }
    }
}
