using System.Text;
using SmartSink.Fuzz;
using SmartSink.Testing;

namespace SmartSink.Policy.Tests.Files;

/// <summary>The fuzzer's corpus, replayed: what it once found stays mended.</summary>
public sealed class CorpusTests
{
    private const int Rounds = 100;

    public static TheoryData<string> Files => [.. FuzzTargets.Corpus("policy")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Replay(string file) => FuzzTargets.Replay("policy", file);

    /// <summary>Each change is one that a hand makes: a line is lost, doubled, moved, cut off, or gets a piece of another.</summary>
    [Theory]
    [InlineData("valid/every-key.toml")]
    [InlineData("valid/idle-behaviour.toml")]
    [InlineData("invalid/behaviour.toml")]
    [InlineData("invalid/rules.toml")]
    [InlineData("invalid/faults.toml")]
    public void A_file_with_slips_of_the_hand_is_read(string file)
    {
        var lines = File.ReadAllLines(RepositoryRoot.Combine("tests", "SmartSink.Policy.Tests", "golden", file));
        var chance = new Random(file.Length);
        for (var i = 0; i < Rounds; i++)
        {
            var changed = lines.ToList();
            for (var slips = chance.Next(1, 4); slips > 0; slips--)
            {
                Slip(changed, chance);
            }

            FuzzTargets.Find("policy")!(Encoding.UTF8.GetBytes(string.Join('\n', changed)));
        }
    }

    private static void Slip(List<string> lines, Random chance)
    {
        var (at, other) = (chance.Next(lines.Count), chance.Next(lines.Count));
        switch (chance.Next(5))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(other, lines[at]);
                break;
            case 2:
                (lines[at], lines[other]) = (lines[other], lines[at]);
                break;
            case 3:
                lines[at] = lines[at][..chance.Next(lines[at].Length + 1)];
                break;
            default:
                lines[at] = $"{lines[at].Split('=')[0]}={lines[other].Split('=')[^1]}";
                break;
        }
    }
}
