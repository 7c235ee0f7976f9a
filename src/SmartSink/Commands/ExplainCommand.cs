using System.Net;
using SmartSink.Hosting;
using SmartSink.Settings;

namespace SmartSink.Commands;

/// <summary><c>smartsink explain</c>: tells what becomes of mail to an address, and why.</summary>
internal static class ExplainCommand
{
    /// <summary>Explains each address; ends with 1 when one of them is none.</summary>
    /// <param name="addresses">Mailboxes or domains.</param>
    /// <param name="destination">Where the client meant to connect to; null to leave that aside.</param>
    /// <param name="settings">Name the policy and the default rates.</param>
    /// <param name="output">Takes the explanations.</param>
    /// <exception cref="StartException">The policy cannot be used.</exception>
    public static int Run(IReadOnlyList<string> addresses, IPAddress? destination, SinkSettings settings, TextWriter output)
    {
        var result = PolicySource.Load(settings);
        if (result.Snapshot is not { } snapshot)
        {
            throw new StartException(ExitCodes.Usage, [.. result.Diagnostics.Select(diagnostic => diagnostic.ToString())]);
        }

        var explanations = addresses.Select(address => snapshot.Explain(address, destination)).ToList();
        output.Write(string.Join('\n', explanations.Select(explanation => explanation.ToText())));
        return explanations.Exists(explanation => explanation.Problem is not null) ? ExitCodes.Failure : ExitCodes.Success;
    }
}
