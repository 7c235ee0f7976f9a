using SmartSink.Toml;
using SmartSink.Toml.Conformance;

using var input = new MemoryStream();
using (var stdin = Console.OpenStandardInput())
{
    stdin.CopyTo(input);
}

var document = TomlReader.Read(input.GetBuffer().AsSpan(0, (int)input.Length));
if (!document.IsValid)
{
    foreach (var error in document.Errors)
    {
        Console.Error.WriteLine($"({error.Position.Line},{error.Position.Column}): error: {error.Message}");
    }

    return 1;
}

using var output = Console.OpenStandardOutput();
TaggedJson.Write(document.Root, output);
return 0;
