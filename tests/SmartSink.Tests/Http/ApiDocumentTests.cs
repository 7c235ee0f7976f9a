using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using SmartSink.Http.Api;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Http;

/// <summary>/openapi/v1.json says what the API is.</summary>
public sealed class ApiDocumentTests
{
    [Fact]
    public async Task Every_call_stands_in_the_document_with_what_it_answers()
    {
        await using var sink = await RunningSink.StartAsync();
        var document = await ReadAsync(sink);

        var calls = CallsOf(sink).ToList();
        calls.ShouldNotBeEmpty();
        calls.ShouldBe(document.Paths.SelectMany(path => path.Value.Operations!.Keys.Select(method => (method.Method, path.Key))), ignoreOrder: true);
        var operations = document.Paths.SelectMany(path => path.Value.Operations!.Values).ToList();
        operations.ShouldAllBe(operation => operation.Summary!.Length > 0 && operation.OperationId!.Length > 0);
        operations.ShouldAllBe(operation => operation.Responses!.Any(response => response.Key.StartsWith('2') && (response.Key == "204" || response.Value.Content!.Values.All(content => content.Schema != null))));
        operations.Select(operation => operation.OperationId).ShouldBeUnique();
    }

    [Fact]
    public async Task The_document_is_made_for_whoever_asks_and_of_the_right_host()
    {
        await using var sink = await RunningSink.StartAsync();
        using var answer = await sink.GetAsync(ApiDocument.Path);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await ReadAsync(sink)).Servers!.Single().Url.ShouldBe(sink.Url("/").ToString());
    }

    [Fact]
    public async Task Without_the_API_there_is_none_of_it()
    {
        await using var sink = await RunningSink.StartAsync(configure: settings => settings with { Api = false });
        foreach (var path in new[] { ApiDocument.Path, "/api/v1/policy", "/api/v1/explain?recipient=a@b.example" })
        {
            using var answer = await sink.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    /// <summary>The calls as they are mapped, HEAD aside.</summary>
    internal static IEnumerable<(string Method, string Path)> CallsOf(RunningSink sink) => sink.App.Services.GetServices<EndpointDataSource>()
        .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith(ApiRoutes.Root, StringComparison.Ordinal))
        .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Where(method => method != HttpMethods.Head)
            .Select(method => (method, endpoint.RoutePattern.RawText!)));

    private static async Task<OpenApiDocument> ReadAsync(RunningSink sink)
    {
        using var answer = await sink.GetAsync(ApiDocument.Path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var (document, diagnostic) = OpenApiDocument.Parse(text, "json");
        diagnostic!.Errors.ShouldBeEmpty();
        diagnostic.Warnings.ShouldBeEmpty();
        return document!;
    }
}
