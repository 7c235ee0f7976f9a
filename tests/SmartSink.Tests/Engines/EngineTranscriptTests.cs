using SmartSink.Testing.Transcripts;
using SmartSink.Tests.Transcripts;

namespace SmartSink.Tests.Engines;

/// <summary>The dialogs of the own engine, led by the SmtpServer package. Those that go another way are known, each with its reason.</summary>
public class EngineTranscriptTests
{
    /// <summary>The extensions that the package has not: their lines of EHLO are left out of what is expected.</summary>
    private static readonly string[] Missing = ["DSN", "CHUNKING", "BINARYMIME", "HELP", "XCLIENT", "LIMITS", "REQUIRETLS", "DELIVERBY", "FUTURERELEASE", "MT-PRIORITY"];

    public static TheoryData<string> All() => [.. TranscriptFiles.Names];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_dialog_goes_the_same_way_unless_it_is_known_to_differ(string name)
    {
        var transcript = TranscriptFiles.Load(name);
        var difference = await DifferenceAsync(transcript with { Steps = WithoutMissing(transcript.Steps) });
        if (Differences.TryGetValue(name, out var reason))
        {
            difference.ShouldNotBeNull($"'{name}' passes: take it off the list ({reason})");
        }
        else
        {
            difference.ShouldBeNull();
        }
    }

    [Fact]
    public void Every_difference_is_that_of_a_transcript() => Differences.Keys.Except(TranscriptFiles.Names).ShouldBeEmpty();

    private static async Task<string?> DifferenceAsync(Transcript transcript)
    {
        await using var peer = new ServerPeer(transcript.Options, PackageServer.Engine);
        var playing = TranscriptPlayer.PlayAsync(transcript, peer, TranscriptSplit.Whole);
        if (await Task.WhenAny(playing, Task.Delay(TimeSpan.FromSeconds(3))) != playing)
        {
            return "nothing more came";
        }

        try
        {
            await playing;
            return null;
        }
        catch (Exception error) when (error is TranscriptException or IOException or OperationCanceledException)
        {
            return error.Message;
        }
    }

    private static List<TranscriptStep> WithoutMissing(IReadOnlyList<TranscriptStep> steps)
    {
        var result = new List<TranscriptStep>();
        foreach (var step in steps)
        {
            if (step is ExpectStep { Expected: var line } expect && line.StartsWith("250", StringComparison.Ordinal) && line.Length > 4 && Missing.Contains(line[4..].Split(' ')[0]))
            {
                if (line[3] == ' ' && result[^1] is ExpectStep last)
                {
                    result[^1] = last with { Expected = string.Concat("250 ", last.Expected.AsSpan(4)) };
                }

                continue;
            }

            result.Add(step);
        }

        return result;
    }

    private static readonly Dictionary<string, string> Differences = new(StringComparer.Ordinal)
    {
    };
}
