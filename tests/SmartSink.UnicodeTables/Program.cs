using SmartSink.Testing;
using SmartSink.UnicodeTables;

if (args is not [var data, .. var more] || more.Length > 1)
{
    Console.Error.WriteLine("""
        usage: SmartSink.UnicodeTables DATA [TESTS]
          DATA   a folder with UnicodeData.txt, DerivedNormalizationProps.txt, extracted/DerivedJoiningType.txt and idna/IdnaMappingTable.txt
          TESTS  a folder with IdnaTestV2.txt and NormalizationTest.txt
        """);
    return 2;
}

var unicode = new UnicodeFiles(data);
File.WriteAllText(RepositoryRoot.Combine("src", "SmartSink.Smtp", "Idna", "IdnaTable.g.cs"), TableWriter.Write(unicode).ReplaceLineEndings("\n"));
if (more is [var tests])
{
    Select("IdnaTestV2.txt", line => string.Join(';', line.Split(';')[2..5].Where((_, field) => field != 1).Select(status => status.Trim())), every: 60);
    Select("NormalizationTest.txt", _ => string.Empty, every: 50);

    void Select(string file, Func<string, string> kindOf, int every) =>
        Corpus.Select(Path.Combine(tests, file), RepositoryRoot.Combine("tests", "SmartSink.Smtp.Tests", "Idna", "corpus", file), kindOf, every);
}

return 0;
