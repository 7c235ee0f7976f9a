using System.Reflection;

namespace SmartSink;

/// <summary>The program's version.</summary>
internal static class ProductVersion
{
    /// <summary>As <c>--version</c>, log and metrics show it.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
