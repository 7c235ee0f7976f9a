using System.Collections.Concurrent;

namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>The whole program, from its command line to a server that keeps what it hears.</summary>
internal sealed class FlagRun
{
    private const string Offer =
        "250-fake.example\r\n250-SIZE\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250-AUTH PLAIN\r\n250 PIPELINING\r\n";

    private readonly ConcurrentQueue<FakeSession> _sessions = new();

    /// <summary>What the server answers; null for the usual reply.</summary>
    public Func<string, string?> Answer { get; init; } = _ => null;

    /// <summary>What the server does, where replies are not enough.</summary>
    public Func<FakeSession, Task>? Script { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public int Concurrency { get; init; } = 1;

    public int ExitCode { get; private set; }

    public string Output { get; private set; } = string.Empty;

    /// <summary>The connections in the order in which they were made.</summary>
    public IReadOnlyList<FakeSession> Sessions => [.. _sessions];

    /// <summary>All messages by their connections.</summary>
    public IReadOnlyList<HeardMessage> Messages => [.. _sessions.SelectMany(session => session.Messages)];

    /// <summary>Runs the program until its end.</summary>
    /// <param name="flags">Flags and values, a blank between each.</param>
    /// <param name="more">Those that hold blanks.</param>
    public static Task<FlagRun> StartAsync(string flags, params string[] more) => new FlagRun().RunAsync(flags, more);

    /// <summary>The same, with a server or a clock of one's own.</summary>
    public async Task<FlagRun> RunAsync(string flags, params string[] more)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        await using (var server = FakeServer.Start(ServeAsync))
        {
            string[] arguments = ["--target", $"127.0.0.1:{server.EndPoint.Port}", "--concurrency", $"{Concurrency}", .. flags.Split(' '), .. more];
            ExitCode = await TrafficCommandLine.RunAsync(arguments, new TrafficSession(output, error, Clock, TrafficRun.RunAsync));
        }

        Output = output.ToString();
        ExitCode.ShouldNotBe(ExitCodes.Usage, error.ToString());
        return this;
    }

    private Task ServeAsync(FakeSession session, int number)
    {
        _sessions.Enqueue(session);
        return Script?.Invoke(session) ?? session.ServeAsync(line => Answer(line) ?? (line.StartsWith("EHLO", StringComparison.Ordinal) ? Offer : null));
    }
}
