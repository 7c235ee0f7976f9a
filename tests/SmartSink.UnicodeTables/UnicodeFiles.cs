using System.Globalization;
using System.Text;

namespace SmartSink.UnicodeTables;

/// <summary>What the Unicode character database and UTS #46 say of every code point, as their files in one folder have it.</summary>
internal sealed class UnicodeFiles
{
    public const int CodePoints = 0x110000;

    /// <summary>Bidi_Class by its short names, in the order of <c>BidiClass</c>; what is not listed may stand in no label of a bidi domain.</summary>
    private static readonly string[] BidiClasses = ["", "L", "R", "AL", "AN", "EN", "ES", "CS", "ET", "ON", "BN", "NSM"];

    /// <summary>Joining_Type, in the order of <c>JoiningType</c>.</summary>
    private static readonly string[] JoiningTypes = ["", "L", "R", "D", "T"];

    public UnicodeFiles(string folder)
    {
        ReadCharacters(Path.Combine(folder, "UnicodeData.txt"));
        ReadJoining(Path.Combine(folder, "extracted", "DerivedJoiningType.txt"));
        ReadExclusions(Path.Combine(folder, "DerivedNormalizationProps.txt"));
        ReadMappings(Path.Combine(folder, "idna", "IdnaMappingTable.txt"));
    }

    public string Version { get; private set; } = "";

    public Status[] Statuses { get; } = new Status[CodePoints];

    public int[][] Mappings { get; } = new int[CodePoints][];

    public byte[] CombiningClasses { get; } = new byte[CodePoints];

    public bool[] Marks { get; } = new bool[CodePoints];

    public byte[] Bidi { get; } = new byte[CodePoints];

    public byte[] Joining { get; } = new byte[CodePoints];

    /// <summary>Canonical decompositions into two code points that normalisation composes again.</summary>
    public Dictionary<int, (int First, int Second)> Composites { get; } = [];

    private void ReadCharacters(string file)
    {
        var first = -1;
        foreach (var line in File.ReadLines(file))
        {
            var fields = line.Split(';');
            var codePoint = Number(fields[0]);
            if (fields[1].EndsWith(", First>", StringComparison.Ordinal))
            {
                first = codePoint;
                continue;
            }

            for (var each = first < 0 ? codePoint : first; each <= codePoint; each++)
            {
                Marks[each] = fields[2][0] == 'M';
                CombiningClasses[each] = byte.Parse(fields[3], CultureInfo.InvariantCulture);
                Bidi[each] = (byte)Math.Max(0, Array.IndexOf(BidiClasses, fields[4]));
            }

            first = -1;
            if (fields[5].Length > 0 && fields[5][0] != '<' && Sequence(fields[5]) is [var left, var right])
            {
                Composites[codePoint] = (left, right);
            }
        }
    }

    private void ReadJoining(string file)
    {
        foreach (var (codePoint, fields) in Lines(file))
        {
            Joining[codePoint] = (byte)Math.Max(0, Array.IndexOf(JoiningTypes, fields[0]));
        }
    }

    private void ReadExclusions(string file)
    {
        foreach (var (codePoint, fields) in Lines(file))
        {
            if (fields[0] == "Full_Composition_Exclusion")
            {
                Composites.Remove(codePoint);
            }
        }
    }

    private void ReadMappings(string file)
    {
        Version = File.ReadLines(file).Single(line => line.StartsWith("# Version: ", StringComparison.Ordinal))["# Version: ".Length..];
        foreach (var (codePoint, fields) in Lines(file))
        {
            Statuses[codePoint] = fields[0] switch
            {
                "valid" or "deviation" => Status.Valid,
                "ignored" => Status.Ignored,
                "mapped" => Status.Mapped,
                "disallowed" => Status.Disallowed,
                _ => throw new InvalidDataException($"unknown status {fields[0]}"),
            };
            if (Statuses[codePoint] == Status.Mapped)
            {
                Mappings[codePoint] = Sequence(fields[1]);
            }
        }
    }

    private static IEnumerable<(int CodePoint, string[] Fields)> Lines(string file)
    {
        foreach (var line in File.ReadLines(file, Encoding.UTF8))
        {
            var text = line.Split('#')[0];
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            var fields = text.Split(';', StringSplitOptions.TrimEntries);
            var range = fields[0].Split("..");
            for (var codePoint = Number(range[0]); codePoint <= Number(range[^1]); codePoint++)
            {
                yield return (codePoint, fields[1..]);
            }
        }
    }

    private static int[] Sequence(string text) => [.. text.Split(' ').Select(Number)];

    private static int Number(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

/// <summary>UTS #46 section 5, without transitional processing; the numbers of <c>IdnaStatus</c>.</summary>
internal enum Status
{
    Disallowed,
    Valid,
    Ignored,
    Mapped,
}
