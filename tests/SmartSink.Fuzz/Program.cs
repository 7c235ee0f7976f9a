using SharpFuzz;
using SmartSink.Fuzz;

if (args is not [var name, .. var files] || FuzzTargets.Find(name) is not { } target)
{
    await Console.Error.WriteLineAsync($"usage: SmartSink.Fuzz {string.Join('|', FuzzTargets.Names)} [file...]");
    return 2;
}

foreach (var file in files)
{
    Console.WriteLine(file);
    target(await File.ReadAllBytesAsync(file));
}

if (files.Length == 0)
{
    // Under afl-fuzz one input after another; without it, what stands on the standard input.
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        target(bytes.ToArray());
    });
}

return 0;
