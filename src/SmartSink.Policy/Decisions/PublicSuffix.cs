using System.Text;

namespace SmartSink.Policy.Decisions;

/// <summary>
/// The end of a domain under which anybody can have a name: <c>com</c>, <c>fr</c>, <c>co.uk</c>. Of the Public Suffix List it knows what mail
/// providers have names under, frozen: the five old generic domains, every country's by its two letters, and of the suffixes of two labels
/// those of six generic words.
/// </summary>
internal static class PublicSuffix
{
    private const int Letters = 26;

    private static readonly byte[][] Generic = ["com"u8.ToArray(), "net"u8.ToArray(), "org"u8.ToArray(), "info"u8.ToArray(), "biz"u8.ToArray()];

    // By the ICANN section of the list, version of 2023-02-09; of a country under which every name is a suffix (*.bd), the words that are in use.
    private static readonly SecondLevel[] SecondLevels =
    [
        new("co",
            "ae ag am ao at bb bd bi bj bw ci ck cl cm cr er fk gg gl gy hu id il im in ir it je jm jp ke kh kr lc ls ma me mg mm mu mw mz "
            + "na ni np nz om pg pn pw rs rw st sz th tj tm tt tz ug uk us uz ve vi za zm zw"),
        new("com",
            "ac af ag ai al am ar au aw az ba bb bd bh bi bj bm bn bo br bs bt by bz ci ck cm cn co cu cv cw cy dm do dz ec ee eg er es et "
            + "fj fk fm fr ge gh gi gl gn gp gr gt gu gy hk hn hr ht im in io iq is jm jo kg kh ki km kp kw ky kz la lb lc lk lr lv ly mg mk "
            + "ml mm mo ms mt mu mv mw mx my na nf ng ni np nr om pa pe pf pg ph pk pl pr ps pt py qa re ro sa sb sc sd sg sh sl sn so ss st "
            + "sv sy tj tm tn to tr tt tw ua ug uy uz vc ve vi vn vu ws ye zm"),
        new("ne",
            "jp ke kr pw tz ug us"),
        new("net",
            "ac ae af ag ai al am ar au az ba bb bd bh bj bm bn bo br bs bt bz ci ck cm cn co cu cw cy dm do dz ec eg er et fj fk fm ge gg "
            + "gl gn gp gr gt gu gy hk hn ht id il im in iq ir is je jm jo kg kh ki kn kw ky kz la lb lc lk lr ls lv ly ma me mk ml mm mo ms "
            + "mt mu mv mw mx my mz nf ng ni np nr nz om pa pe pg ph pk pl pn pr ps pt py qa rw sa sb sc sd sg sh sl so ss st sy th tj tm tn "
            + "to tr tt tw ua uk uy uz vc ve vi vn vu ws ye za zm"),
        new("or",
            "at bi ci cr id it jp ke kr mu na pw th tz ug us"),
        new("org",
            "ac ae af ag ai al am ar au az ba bb bd bh bi bj bm bn bo br bs bt bw bz ci ck cn co cu cv cw cy dm do dz ec ee eg er es et fj "
            + "fk fm ge gg gh gi gl gn gp gr gt gu gy hk hn ht hu il im in iq ir is je jm jo kg kh ki km kn kp kw ky kz la lb lc lk lr ls lv "
            + "ly ma me mg mk ml mm mn mo ms mt mu mv mw mx my mz na ng ni np nr nz om pa pe pf pg ph pk pl pn pr ps pt py qa ro rs rw sa sb "
            + "sc sd se sg sh sl sn so ss st sv sy sz tj tm tn to tr tt tw ua ug uk uy uz vc ve vi vn vu ws ye za zm zw"),
    ];

    /// <summary>The length of the public suffix that a domain ends in, of two labels if it can be; 0 for none.</summary>
    /// <param name="domain">In lower case and ASCII, without a dot at its end.</param>
    public static int LengthOf(ReadOnlySpan<byte> domain)
    {
        var dot = domain.LastIndexOf((byte)'.');
        var last = domain[(dot + 1)..];
        var country = CountryOf(last);
        if (country < 0)
        {
            return IsGeneric(last) ? last.Length : 0;
        }

        if (dot > 0)
        {
            var second = domain[(domain[..dot].LastIndexOf((byte)'.') + 1)..dot];
            foreach (var words in SecondLevels)
            {
                if (second.SequenceEqual(words.Label))
                {
                    return words.Has(country) ? second.Length + 1 + last.Length : last.Length;
                }
            }
        }

        return last.Length;
    }

    private static bool IsGeneric(ReadOnlySpan<byte> label)
    {
        foreach (var generic in Generic)
        {
            if (label.SequenceEqual(generic))
            {
                return true;
            }
        }

        return false;
    }

    // A country's two letters as a number; -1 for any other label.
    private static int CountryOf(ReadOnlySpan<byte> label) =>
        label is [>= (byte)'a' and <= (byte)'z' and var first, >= (byte)'a' and <= (byte)'z' and var second] ? ((first - 'a') * Letters) + second - 'a' : -1;

    /// <summary>A word, and the countries under which it is a public suffix.</summary>
    private sealed class SecondLevel
    {
        private readonly bool[] _countries = new bool[Letters * Letters];

        public SecondLevel(string label, string countries)
        {
            Label = Encoding.ASCII.GetBytes(label);
            foreach (var country in countries.Split(' '))
            {
                _countries[CountryOf(Encoding.ASCII.GetBytes(country))] = true;
            }
        }

        public byte[] Label { get; }

        public bool Has(int country) => _countries[country];
    }
}
